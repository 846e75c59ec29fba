// The one code proposed for an entity as it stands: seeded with the suggestion, asked for anew when the entity changes.
import { isOpen } from "../../../js/annotator/payload.js";
import { isEntity } from "./bodies.js";

export class Proposals {
  constructor(space, onfound) {
    Object.assign(this, { space, onfound, known: new Map() });
  }

  /** What a proposal depends on: one made for another place, label or assertion says nothing any more. */
  signature(id) {
    const { fragments, label, assertion } = this.space.store.elements.get(id) ?? {};
    // In order of the axes: what was saved comes back in another, and is no other assertion.
    return JSON.stringify([id, fragments, label, Object.entries(assertion ?? {}).sort()]);
  }

  learn(signature, proposal) {
    this.known.set(signature, proposal ?? null);
    this.onfound();
  }

  /** {system, release, code, rule, why, source, incomplete}: code is empty where none is proposed; null: not known. */
  of(id) {
    const body = this.space.store.elements.get(id);
    if (!body || !isEntity(body) || body.status === "rejected") return null;
    const told = this.known.get(this.signature(id));
    if (told !== undefined) return told;
    const origin = body.origin ?? {};
    if (!origin.proposed_code || !isOpen(body)) return null;
    return {
      system: origin.proposed_system,
      release: origin.proposed_release,
      code: origin.proposed_code,
      rule: origin.proposed_rule,
    };
  }

  /** The code that accepting takes: the proposal, where the entity has none of its own. */
  code(id) {
    const body = this.space.store.elements.get(id);
    const proposal = this.of(id);
    if (!proposal?.code || body.codes?.length) return null;
    const { system, release, code } = proposal;
    return { system, release, code };
  }
}
