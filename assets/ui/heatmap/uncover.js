/** A picture that is being painted is not covered by its heat map. */

/**
 * A function to call when painting may have begun or ended: the heat map goes when painting begins and comes
 * back when it ends. H shows it in between.
 * @param {() => boolean} paints
 * @param {{ view: { on: boolean }, toggle: () => unknown }} heat
 */
export function uncoverWhile(paints, heat) {
  let painting = false;
  let covered = false;
  return () => {
    if (painting === paints()) return;
    painting = !painting;
    if (painting) covered = heat.view.on;
    if (covered && heat.view.on === painting) heat.toggle();
  };
}
