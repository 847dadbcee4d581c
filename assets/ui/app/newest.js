/** Of several questions the answer to the newest counts. */

/**
 * Call what this returns before asking; what that returns tells whether nobody has asked since:
 *
 *   const isNewest = question();
 *   const answer = await call(...);
 *   if (!isNewest()) return;
 */
export function newest() {
  let asked = 0;
  return () => {
    asked += 1;
    const mine = asked;
    return () => mine === asked;
  };
}
