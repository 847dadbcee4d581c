/** Detects stale responses: only the response to the latest request is used. */

/**
 * Call the returned function before each request. It returns a check that is true while no later request
 * has been made:
 *
 *   const newRequest = newest(); // once
 *   const isLatest = newRequest();
 *   const answer = await call(...);
 *   if (!isLatest()) return;
 */
export function newest() {
  let requests = 0;
  return () => {
    requests += 1;
    const own = requests;
    return () => own === requests;
  };
}
