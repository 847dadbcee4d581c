/** The views that plug-ins bring: the server puts its own list in the place of this file. */

/** @type {[name: string, label: string, address: string][]} */
export const PLUG_INS = [];
