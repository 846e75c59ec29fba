// How bodies are built, as the server derives it from the declaration of their kinds: nothing here knows a kind. Pure.

const NONE = { place: null, key: null, asked: false, order: null, fields: [] };

/** A label of the schema as answers name it. */
export const nameOf = (label) => label.keyword ?? label.key;

const mapped = (kinds, fields) => new Map(Object.entries(kinds).map(([kind, form]) => [kind, fields(form)]));

export class Forms {
  /** `kinds`: {kind: form} as `forms` of what the server sends. */
  constructor(kinds) {
    this.kinds = kinds ?? {};
    this.ranks = Object.keys(this.kinds);
    const named = (role) => (form) => form.fields.filter((field) => field.role === role);
    this.spans = mapped(this.kinds, named("span"));
    this.ends = mapped(this.kinds, named("reference"));
  }

  of(body) {
    return this.kinds[body.kind] ?? NONE;
  }

  /** The label of the schema that it names, if it names one. */
  key(body) {
    return body[this.of(body).key] ?? null;
  }

  /** Where it stands in the text by itself. */
  place(body) {
    return body[this.of(body).place] ?? null;
  }

  /** Where it stands, or what stands there for it: [[start, end]], or null. */
  pieces(body) {
    for (const { name } of this.spans.get(body.kind) ?? []) if (body[name]?.length) return body[name];
    return null;
  }

  start(body) {
    return this.pieces(body)?.[0][0] ?? 0;
  }

  end(body) {
    return this.pieces(body)?.at(-1)[1] ?? 0;
  }

  /** What it answers, in a word; empty where it is asked nothing. */
  answer(body) {
    const { asked, fields } = this.of(body);
    const field =
      asked && fields.find(({ role, required }) => required && ["closed", "number", "date", "code"].includes(role));
    const value = field ? body[field.name] : null;
    return typeof value === "number" ? `${field.title} ${value}` : String(value ?? "").replaceAll("_", " ");
  }

  /** The questions readers meet by: what is asked, or only the kind. */
  question(body) {
    return this.of(body).asked ? `${body.kind} ${this.key(body)}` : body.kind;
  }

  /** The elements of one version as [id, body]: by kind, then in reading order or as they are counted. */
  sorted(version) {
    const rank = ([, body]) => [
      this.ranks.indexOf(body.kind),
      this.place(body) ? this.start(body) : (body[this.of(body).order] ?? 0),
      this.place(body) ? -this.end(body) : 0,
    ];
    return Object.entries(version).sort((a, b) => {
      const [x, y] = [rank(a), rank(b)];
      return x[0] - y[0] || x[1] - y[1] || x[2] - y[2];
    });
  }

  /** What an element refers to: [{name, many, holds, least}]. */
  references(body) {
    return this.ends.get(body.kind) ?? [];
  }
}
