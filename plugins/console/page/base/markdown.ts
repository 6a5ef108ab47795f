import { Marked } from 'marked';

/** Markdown of help pages. Raw HTML is shown as text, so that a page of a plugin cannot bring a script or a style of its own. */
const markdown = new Marked({
  gfm: true,
  renderer: {
    html: ({ text }) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;'),
    // The card has the title already, so that all headings of a page stand one level lower.
    heading({ tokens, depth }) {
      return depth === 1 ? '' : `<h${depth + 2}>${this.parser.parseInline(tokens)}</h${depth + 2}>\n`;
    },
    link({ href, tokens }) {
      const text = this.parser.parseInline(tokens);
      return /^https?:\/\//.test(href)
        ? `<a href="${encodeURI(href)}" target="_blank" rel="noopener noreferrer">${text}</a>`
        : text;
    },
    image: ({ text }) => text,
  },
});

/** Elements for a text in Markdown. */
export function renderMarkdown(text: string): DocumentFragment {
  const template = document.createElement('template');
  template.innerHTML = markdown.parse(text, { async: false });
  return template.content;
}
