import type { Rect } from '../view-model/geometry.ts';

/** What lies over the picture beside `container`, in coordinates of it. */
export function coversOf(container: HTMLElement): readonly Rect[] {
  const origin = container.getBoundingClientRect();
  const covers = container.parentElement?.querySelectorAll('.legend, .banner') ?? [];
  return Array.from(covers, (cover) => {
    const { left, top, width, height } = cover.getBoundingClientRect();
    return { x: left - origin.left, y: top - origin.top, width, height };
  });
}
