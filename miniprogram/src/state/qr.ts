/** A QR code on a canvas, drawn from the server's lines of 0 and 1. */
const QUIET = 4;
const DOT = 10;

export interface Painter {
  fillStyle: unknown;
  fillRect(x: number, y: number, wide: number, high: number): void;
}

/** The side of the canvas for these lines, with the quiet zone that scanners need. */
export function sideOf(rows: string[]): number {
  return (rows.length + 2 * QUIET) * DOT;
}

export function paint(painter: Painter, rows: string[]): void {
  const side = sideOf(rows);
  painter.fillStyle = "#ffffff";
  painter.fillRect(0, 0, side, side);
  painter.fillStyle = "#000000";
  rows.forEach((row, y) => {
    for (let x = 0; x < row.length; x += 1) {
      if (row[x] === "1") painter.fillRect((x + QUIET) * DOT, (y + QUIET) * DOT, DOT, DOT);
    }
  });
}
