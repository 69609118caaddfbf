// The style sheet of the docs page.

export const DOCS_STYLE = `
:root { color-scheme: light dark; --line: #8884; --dim: #808080; --accent: #0a7d5a; }
* { box-sizing: border-box; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; }
h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line); }
nav a { margin-right: 1rem; }
article { margin: 1.25rem 0; padding: .75rem 1rem; border: 1px solid var(--line); border-radius: .5rem; }
article h3 { margin: 0; font-size: 1rem; overflow-wrap: anywhere; }
article p { margin: .25rem 0; }
code { font-family: ui-monospace, monospace; font-size: .9em; }
.method { display: inline-block; min-width: 4.5rem; font-weight: 700; color: var(--accent); }
.role { color: var(--dim); font-size: .85rem; }
table { width: 100%; border-collapse: collapse; margin-top: .5rem; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .2rem .6rem .2rem 0; border-top: 1px solid var(--line); }
`;
