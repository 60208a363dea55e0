/** Papers come as words or as key and label. */
export type Paper = string | { key: string; label: string };

export function paperName(paper: Paper): string {
  return typeof paper === "string" ? paper : paper.label;
}

export function paperKey(paper: Paper): string {
  return typeof paper === "string" ? paper : paper.key;
}

export function paperNames(papers: Paper[]): string {
  return papers.map(paperName).join("、");
}
