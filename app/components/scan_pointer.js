// Tells where the user clicked or dragged on the chart whose Streamlit key is `data.chart`, in the units of its axes.
// Plotly itself reports clicks on points only, and there are none on a picture. What part of the picture was in
// sight is told too: Streamlit draws a changed chart anew, and would forget how far the user had zoomed in.
export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  parentElement.listening?.abort();
  const listening = (parentElement.listening = new AbortController());
  const options = { capture: true, signal: listening.signal };
  const drawing = `.st-key-${CSS.escape(data.chart)} .nsewdrag`;
  let from = null;

  const axes = () => document.querySelector(drawing).closest(".js-plotly-plot")._fullLayout;

  const place = (event) => {
    const layer = document.querySelector(drawing);
    const { xaxis, yaxis } = axes();
    const box = layer.getBoundingClientRect();
    return [xaxis.p2d(event.clientX - box.left), yaxis.p2d(event.clientY - box.top)];
  };

  const begin = (event) => {
    const layer = event.button === 0 ? event.target.closest?.(drawing) : null;
    const selects = layer?.closest(".js-plotly-plot")._fullLayout.dragmode === "select";
    from = selects ? { at: place(event), x: event.clientX, y: event.clientY } : null;
  };

  const end = (event) => {
    if (!from) return;
    const moved = Math.hypot(event.clientX - from.x, event.clientY - from.y);
    const to = place(event);
    const { at } = from;
    from = null;
    const { xaxis, yaxis } = axes();
    const view = [[...xaxis.range], [...yaxis.range]];
    setTriggerValue("pointed", { from: at, to, dragged: moved > data.slack, view });
  };

  document.addEventListener("pointerdown", begin, options);
  document.addEventListener("pointerup", end, options);
  return () => listening.abort();
}
