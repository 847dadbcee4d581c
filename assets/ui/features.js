/** What features add to the page: the server puts imports of all `features/NAME/feature.js` in its place. */
