// One polite live region: what a screen reader hears, and what stands in the footer.

const region = () => document.getElementById("live");

export function announce(text) {
  const element = region();
  if (element && element.textContent !== text) element.textContent = text;
}
