import { IRenderMime } from '@jupyterlab/rendermime-interfaces';

/** Attributes by which an element makes the browser fetch something. */
const FETCHING = ['src', 'srcset', 'poster', 'background'];

/**
 * A sanitizer after whose work nothing is fetched either.
 *
 * Who looks at what another member made tells nobody so; pictures have to be in the value itself.
 */
export function quiet(sanitizer: IRenderMime.ISanitizer): IRenderMime.ISanitizer {
  return {
    ...sanitizer,
    sanitize: (dirty, options) => withoutFetching(sanitizer.sanitize(dirty, options))
  };
}

function withoutFetching(html: string): string {
  const { body } = new DOMParser().parseFromString(html, 'text/html');
  for (const picture of body.querySelectorAll('img:not([src^="data:"])')) {
    const { alt, src } = { alt: '', src: '', ...attributes(picture) };
    const text = body.ownerDocument.createElement('em');
    text.textContent = alt || src;
    text.title = src;
    picture.replaceWith(text);
  }
  for (const name of FETCHING) {
    for (const element of body.querySelectorAll(`[${name}]`)) {
      const address = element.getAttribute(name) ?? '';
      if (!address.startsWith('data:')) {
        element.removeAttribute(name);
        element.setAttribute('title', address);
      }
    }
  }
  for (const element of body.querySelectorAll('[style*="url("]')) {
    element.removeAttribute('style');
  }
  return body.innerHTML;
}

function attributes(element: Element): Record<string, string> {
  return Object.fromEntries([...element.attributes].map(({ name, value }) => [name, value]));
}
