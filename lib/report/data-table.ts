import { type Html, html } from './html.ts';

/** What a chart shows, as a table for those who want the figures. */
export function dataTable(name: string, headings: readonly string[], rows: readonly (readonly string[])[]): Html {
  const [first = '', ...others] = headings;
  return html`<details><summary>Figures: ${name}</summary><div class="scroll"><table>
<thead><tr><th scope="col">${first}</th>${others.map((heading) => html`<th scope="col">${heading}</th>`)}</tr></thead>
<tbody>${rows.map(
    ([label = '', ...cells]) =>
      html`<tr><th scope="row">${label}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>
`,
  )}</tbody></table></div></details>`;
}
