// A new ECG is read from the top of the page: its name and quality first. Where nothing was opened, the page stays where it is.
export default function (component) {
  const opened = String(component.data.opened);
  const shown = document.body.dataset.kaliumOpened;
  document.body.dataset.kaliumOpened = opened;
  if (shown === undefined || shown === opened) return;
  document.querySelector("[data-testid=stMain]")?.scrollTo(0, 0);
}
