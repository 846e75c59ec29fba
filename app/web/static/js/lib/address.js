// Addresses of this server are written from its own root; where it is served below a path, that comes before them here.

const PREFIX = new URL(import.meta.url).pathname.split("/static/")[0];

/** Where the browser finds an address of ours: `/assignments/7` → `/chart/assignments/7`. */
export const at = (address) => (address.startsWith("/") && !address.startsWith("//") ? PREFIX + address : address);

/** The address of this page as the server knows it. */
export const here = () => location.pathname.slice(PREFIX.length) + location.search;

/** Leave for another page of ours. */
export const goTo = (address) => location.assign(at(address));
