/** Detects stale responses: only the response to the latest request is used, and none of another project. */
import { state } from "./store.js";

/**
 * Call the returned function before each request. It returns a check that is true while no later request
 * has been made:
 *
 *   const newRequest = newest(); // once
 *   const isLatest = newRequest();
 *   const answer = await call(...);
 *   if (!isLatest()) return;
 *
 * @param {() => string | null} [place] where an answer is of use, such as the open round
 */
export function newest(place = () => state.projectId) {
  let requests = 0;
  return () => {
    requests += 1;
    const [own, here] = [requests, place()];
    return () => own === requests && here === place();
  };
}
