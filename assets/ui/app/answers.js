/**
 * Requests to the studio. Each of its answers is marked; what else arrives is from somebody in between: a
 * proxy, the sign-in of a company, the offline page of a phone.
 */
import { size } from "../kit/format.js";

const MARK = "GAL-Studio"; // the header of gal_studio/ui/page/headers.py
const PROXY = "A proxy in front of GAL Studio";
const TOO_LARGE = 413;
const SILENT = "GAL Studio isn’t responding. The page reconnects by itself.";
const PATIENCE = 60_000; // ms
const LATER = new Set([408, 425, 429, 500, 502, 503, 504, 511]); // a proxy that gets no answer now
const NOT_SIGNED_IN = new Set([401, 403, 407]);

/** Nobody answered, or somebody else. The message says to a person what to do. */
export class NotTheStudio extends Error {
  /**
   * @param {string} sentence
   * @param {number} [status] 0: nobody answered
   */
  constructor(sentence, status = 0) {
    super(sentence);
    this.status = status;
    this.tooLarge = status === TOO_LARGE;
    /** Whether the same request can succeed by itself, without anybody's help. */
    this.passes = !status || LATER.has(status);
  }
}

/**
 * Fetch from the studio; throws `NotTheStudio` if it was not the studio that answered.
 * @param {string} address
 * @param {RequestInit} [options]
 */
export async function fromStudio(address, options = {}) {
  const answer = await fetch(address, options).catch(() => {
    throw new NotTheStudio(SILENT);
  });
  if (answer.headers.has(MARK)) return answer;
  throw new NotTheStudio(inItsPlace(answer.status, bytes(options.body)), answer.status);
}

/**
 * An answer that comes within a minute. One never does where the connection was lost without a word: a phone
 * slept, a tunnel broke. Then this throws `NotTheStudio`, so that what waits for it asks again.
 * @template Answer
 * @param {Promise<Answer>} answer
 * @returns {Promise<Answer>}
 */
export function inTime(answer) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {Promise<never>} */
  const silence = new Promise((_, fail) => {
    timer = setTimeout(() => fail(new NotTheStudio(SILENT)), PATIENCE);
  });
  return Promise.race([answer, silence]).finally(() => clearTimeout(timer));
}

/**
 * What is said about somebody else's answer.
 * @param {number} status
 * @param {number} sent bytes
 */
function inItsPlace(status, sent) {
  if (status === TOO_LARGE)
    return `${PROXY} blocked this ${size(sent)} upload: raise its limit (nginx: client_max_body_size).`;
  if (LATER.has(status)) return `${PROXY} cannot reach GAL Studio (${status}). Retrying…`;
  if (status < 400 || NOT_SIGNED_IN.has(status))
    return (
      "Another page answered in place of GAL Studio, perhaps a sign-in: open this address in a new tab. " +
      "Your changes are kept here."
    );
  return `Something else answered in place of GAL Studio (${status}): check the proxy and its path.`;
}

/**
 * The bytes of a body, without what separates the parts of a form.
 * @param {RequestInit["body"]} body
 */
function bytes(body) {
  if (body instanceof FormData)
    return [...body.values()].reduce(
      (sum, part) => sum + (typeof part === "string" ? part.length : part.size),
      0,
    );
  if (body instanceof Blob) return body.size;
  return typeof body === "string" ? body.length : 0;
}
