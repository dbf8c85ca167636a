import { Layout } from './layout';
import { rounded } from './number';

/**
 * An edge with its control points as cytoscape counts them: a weight says how far along the line
 * between the two centres, a distance how far beside it.
 */
export function edgeData(layout: Layout, source: string, target: string): Record<string, unknown> {
  const start = layout.place(source);
  const end = layout.place(target);
  const [alongX, alongY] = [end.x - start.x, end.y - start.y];
  const square = alongX * alongX + alongY * alongY;
  const length = Math.sqrt(square);
  const points = layout.curve(source, target).map(({ x, y }) => [x - start.x, y - start.y]);
  return {
    id: `${source}-${target}`,
    source,
    target,
    weights: points.map(([x, y]) => rounded((x * alongX + y * alongY) / square, 4)),
    distances: points.map(([x, y]) => rounded((y * alongX - x * alongY) / length, 2))
  };
}
