/** Where things lie from here: direction and distance in words, and the place of a dot on the plan. */

export interface Point {
  latitude: number;
  longitude: number;
}

export interface Placed {
  lat: number | null;
  lng: number | null;
  metres: number | null;
}

const NAMES = ["北", "东北", "东", "东南", "南", "西南", "西", "西北"];

/** Metres to the east and to the north; flat enough for a county. */
function apart(from: Point, to: Placed): { east: number; north: number } {
  const narrow = Math.cos((from.latitude * Math.PI) / 180);
  return {
    east: ((to.lng ?? from.longitude) - from.longitude) * 111_195 * narrow,
    north: ((to.lat ?? from.latitude) - from.latitude) * 111_195,
  };
}

/** 东北方向 800 米. */
export function whereabouts(from: Point, to: Placed): string {
  if (to.metres === null || to.lat === null) return "";
  if (to.metres < 20) return "就在这里";
  const { east, north } = apart(from, to);
  const turn = Math.round(Math.atan2(east, north) / (Math.PI / 4));
  return `${NAMES[(turn + 8) % 8]}边 ${distance(to.metres)}`;
}

export function distance(metres: number): string {
  return metres < 1000 ? `${Math.round(metres / 10) * 10} 米` : `${(metres / 1000).toFixed(1)} 公里`;
}

/** In percent of the plan: the viewer in the middle, `reach` metres at the edge of the circle. */
export function onPlan(from: Point, to: Placed, reach: number): { left: string; top: string } {
  const { east, north } = apart(from, to);
  const scale = 44 / Math.max(1, reach);
  return { left: `${(50 + east * scale).toFixed(1)}%`, top: `${(50 - north * scale).toFixed(1)}%` };
}
