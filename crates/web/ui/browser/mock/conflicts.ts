// The mock's conflict inbox: what was decided is decided otherwise, and taken back.
import type { Conflict, Keep } from '../../src/api/types.ts';
import { problem, send, type Call } from './http.ts';
import type { World } from './world.ts';

/** What a conflict was before it was decided, for undoing. */
const before = new WeakMap<World, Map<string, Conflict>>();

function decide(world: World, one: Conflict, keep: Keep): void {
  const kept = before.get(world) ?? new Map<string, Conflict>();
  before.set(world, kept.set(one.id, structuredClone(one)));
  const clash = one.units[0]!;
  const side = keep === 'loser' ? (one.won === 'ours' ? 'theirs' : 'ours') : keep;
  if (side === 'merge') {
    one.state = one.state === 'open' ? 'resolved' : 'confirmed';
  } else {
    one.state = one.state === 'open' || side === one.won ? 'resolved' : 'restored';
    one.won ??= side;
    clash.now = clash[side];
    clash.stands = side;
  }
  const others: Keep[] = clash.stands === 'ours' ? ['theirs'] : ['ours'];
  one.outcomes = one.state === 'confirmed' ? others : [...others, 'merge'];
  Object.assign(one, { undoable: true, decidedBy: 'Ada Lindqvist', decidedAt: world.ago() });
}

export function conflicts(world: World, call: Call, id?: string, sub?: string): true {
  const one = world.conflicts.find((conflict) => conflict.id === id);
  if (call.method === 'POST') {
    if (!one) return problem(call, 404, 'Not found');
    if (sub === 'undo') {
      const was = before.get(world)?.get(one.id);
      if (!was || !one.undoable) return problem(call, 403, 'There is nothing to take back');
      Object.assign(one, { decidedBy: null, decidedAt: null }, was);
    } else {
      const body = JSON.parse(call.body) as { keep: Keep; state?: string };
      if (body.state !== undefined && body.state !== one.state) return problem(call, 412, 'Changed meanwhile');
      decide(world, one, body.keep);
    }
    world.log('conflict', one.id);
    return send(call, 204);
  }
  if (id) return one ? send(call, 200, one) : problem(call, 404, 'Not found');
  const state = call.url.searchParams.get('state');
  const shown = world.conflicts.filter((conflict) => !state || (state === 'open') === (conflict.state === 'open'));
  const limit = Number(call.url.searchParams.get('limit') ?? 50);
  const from = shown.findIndex((conflict) => conflict.id === call.url.searchParams.get('before')) + 1;
  const items = shown.slice(from, from + limit);
  return send(call, 200, { items, next: from + limit < shown.length ? items.at(-1)?.id : undefined });
}
