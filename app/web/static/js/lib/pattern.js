// Words as a pattern that matches exactly them.

export const literal = (words) => words.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
