// Saves the chart whose Streamlit key is `data.chart` with Plotly's own camera, as PNG or SVG.
export default function (component) {
  const { data, parentElement } = component;
  for (const button of parentElement.querySelectorAll("button")) {
    button.onclick = () => {
      const plot = document.querySelector(`.st-key-${CSS.escape(data.chart)} .js-plotly-plot`);
      const camera = plot?.querySelector(".modebar-btn[data-title^='Download plot']");
      if (!camera) return;
      Object.assign(plot._context.toImageButtonOptions, {
        format: button.value,
        scale: button.value === "png" ? 2 : 1,
      });
      camera.click();
    };
  }
}
