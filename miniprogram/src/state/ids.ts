/** Names for elements that point at one another. */
let last = 0;

export function nextId(): string {
  last += 1;
  return `v${last}`;
}
