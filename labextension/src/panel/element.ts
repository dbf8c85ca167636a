/** An element with a class and a text, which is never taken for HTML. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = '',
  text = ''
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (className) {
    made.className = className;
  }
  if (text) {
    made.textContent = text;
  }
  return made;
}

/** A button that does something. */
export function button(text: string, act: () => void, className = ''): HTMLButtonElement {
  const made = element('button', `jp-ColoniesPanel-button ${className}`.trim(), text);
  made.type = 'button';
  made.addEventListener('click', act);
  return made;
}

/** Set a text unless it is there already: what is unchanged need not be laid out again. */
export function setText(node: HTMLElement, text: string): void {
  if (node.textContent !== text) {
    node.textContent = text;
  }
}

/** Set an attribute unless it is so already; an empty value takes it away. */
export function setAttribute(node: HTMLElement, name: string, value: string): void {
  if ((node.getAttribute(name) ?? '') !== value) {
    if (value) {
      node.setAttribute(name, value);
    } else {
      node.removeAttribute(name);
    }
  }
}
