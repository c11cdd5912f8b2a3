// Tells where the user clicked or dragged on the chart whose Streamlit key is `data.chart`, in the units of its axes.
// Plotly itself reports clicks on points only, and there are none on a picture. What part of the picture is in
// sight, and what dragging does, is told too, before anything else is pressed: Streamlit draws a changed chart anew,
// and would forget both.
export default function (component) {
  const { data, parentElement, setStateValue, setTriggerValue } = component;
  parentElement.listening?.abort();
  const listening = (parentElement.listening = new AbortController());
  const options = { capture: true, signal: listening.signal };
  const chart = `.st-key-${CSS.escape(data.chart)}`;
  const whole = `.st-key-${CSS.escape(data.whole)}`;
  const drawing = `${chart} .nsewdrag`;
  let from = null;
  let told = data.view;

  const layout = () => document.querySelector(drawing)?.closest(".js-plotly-plot")?._fullLayout;

  const view = () => {
    const { xaxis, yaxis, dragmode } = layout();
    return { x: [...xaxis.range], y: [...yaxis.range], dragmode };
  };

  const place = (event) => {
    const layer = document.querySelector(drawing);
    const { xaxis, yaxis } = layout();
    const box = layer.getBoundingClientRect();
    return [xaxis.p2d(event.clientX - box.left), yaxis.p2d(event.clientY - box.top)];
  };

  const same = (one, other) =>
    one.dragmode === other.dragmode &&
    ["x", "y"].every((axis) => one[axis].every((edge, i) => Math.abs(edge - other[axis][i]) < 1));

  const tellView = (event) => {
    if (!layout() || event.target.closest?.(`${chart}, ${whole}`) || same(view(), told)) return;
    told = view();
    setStateValue("view", told);
  };

  const begin = (event) => {
    tellView(event);
    const layer = event.button === 0 ? event.target.closest?.(drawing) : null;
    from = layer && layout().dragmode === "select" ? { at: place(event), x: event.clientX, y: event.clientY } : null;
  };

  const end = (event) => {
    if (!from) return;
    const moved = Math.hypot(event.clientX - from.x, event.clientY - from.y);
    const to = place(event);
    const { at } = from;
    from = null;
    setTriggerValue("pointed", { from: at, to, dragged: moved > data.slack, view: view() });
  };

  document.addEventListener("pointerdown", begin, options);
  document.addEventListener("pointerup", end, options);
  document.addEventListener("keydown", tellView, options);
  return () => listening.abort();
}
