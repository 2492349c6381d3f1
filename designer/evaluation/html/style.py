"""The style sheet of the page: light, dark, and on paper."""

from __future__ import annotations

from widgets.theme import Theme, dark, light


def _colors(theme: Theme) -> str:
    named = {
        "window": theme.window,
        "base": theme.base,
        "border": theme.border,
        "text": theme.text,
        "muted": theme.text_muted,
        "accent": theme.accent,
        "error": theme.error,
        "warning": theme.warning,
        "success": theme.success,
        **{f"s{i}": color for i, color in enumerate(theme.curve_colors)},
    }
    return "".join(f"--{name}:{color};" for name, color in named.items())


_RULES = """
* { box-sizing: border-box; }
body { margin: 0; background: var(--window); color: var(--text);
  font: 15px/1.5 system-ui, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; }
main { max-width: 1060px; margin: 0 auto; padding: 24px 20px 60px; }
h1 { font-size: 26px; margin: 8px 0 2px; }
h2 { font-size: 18px; margin: 0 0 2px; }
h3 { font-size: 14px; margin: 14px 0 4px; }
p { margin: 4px 0; }
nav { margin: 14px 0; display: flex; flex-wrap: wrap; gap: 4px 14px; }
a { color: var(--accent); }
section { background: var(--base); border: 1px solid var(--border); border-radius: 8px;
  padding: 16px 18px; margin: 14px 0; }
.about { color: var(--muted); font-size: 13px; }
.row { display: flex; flex-wrap: wrap; gap: 10px 26px; align-items: flex-start; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; margin: 8px 0; font-variant-numeric: tabular-nums; }
th, td { padding: 3px 14px 3px 0; text-align: left; vertical-align: top; font-size: 13.5px;
  border-bottom: 1px solid var(--border); }
th:last-child, td:last-child { padding-right: 0; }
th { color: var(--muted); font-weight: 600; }
td.n, th.n { text-align: right; }
td.about { max-width: 460px; }
svg { display: block; max-width: 100%; height: auto; }
svg text { font: 11px system-ui, "Segoe UI", Roboto, Arial, sans-serif; }
figure { margin: 8px 0; max-width: 100%; }
figcaption { font-size: 13px; color: var(--muted); }
.hint { border-left: 4px solid var(--accent); padding: 2px 12px; margin: 10px 0; }
.hint.overfitting, .hint.underfitting { border-color: var(--warning); }
.hint.good { border-color: var(--success); }
.samples { display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr));
  gap: 10px; margin-top: 8px; }
.sample { border: 1px solid var(--border); border-radius: 6px; padding: 8px; font-size: 12.5px;
  overflow-wrap: anywhere; }
.sample img { width: 84px; height: 84px; object-fit: contain; image-rendering: pixelated;
  display: block; margin-bottom: 6px; }
.design { max-width: max(100%, 640px); height: auto; }
@media screen and (max-width: 600px) {
  main { padding: 12px 8px 40px; }
  section { padding: 12px; }
  th, td { padding-right: 9px; }
}
@page { size: auto; margin: 14mm; }
@media print {
  :root { color-scheme: light; }
  body { background: none; font-size: 11pt; }
  main { max-width: none; padding: 0; }
  nav { display: none; }
  section { border: none; border-top: 1px solid var(--border); border-radius: 0;
    padding: 8px 0; margin: 10px 0; }
  h2, h3, section > .about { break-after: avoid; }
  tr, p, figure, .hint, .sample { break-inside: avoid; }
  .row { display: grid; grid-template-columns: 1fr 1fr; }
  /* Rows of a grid are not always divided between pages. */
  .samples { display: block; }
  .sample { display: inline-block; vertical-align: top; width: 32mm; margin: 0 2mm 2mm 0; }
  .scroll { overflow: visible; }
  .design { max-width: 100%; }
  svg, img, .hint { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
}
"""


def style_sheet() -> str:
    """CSS for the page; paper is always light."""
    return (
        f":root {{ color-scheme: light dark; {_colors(light())} }}\n"
        f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {_colors(dark())} }} }}"
        f"{_RULES}"
    )
