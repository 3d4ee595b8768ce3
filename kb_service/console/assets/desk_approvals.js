/** In the queue: talks that others are in charge of, with a reply that waits for this helper's approval. */

import { part, queueItem } from "./desk_queue.js";

/** `onSelect(id)` when one is chosen. */
export function approvals(place, onSelect) {
  const list = part("待我确认");
  list.root.hidden = true;
  place.insertBefore(list.root, place.querySelector("section"));
  let known = null;

  return {
    draw(talks, selected) {
      list.root.hidden = !talks.length;
      list.fill(talks.map((each) => queueItem(each, {
        isSelected: each.id === selected, isUnread: false, isWithDepartment: false, isWithHelper: true, onSelect,
      })), "");
    },
    /** Whether one is new since the last call; never at the first. */
    take(talks) {
      const ids = new Set(talks.map(({ id }) => id));
      const isNew = known !== null && [...ids].some((id) => !known.has(id));
      known = ids;
      return isNew;
    },
  };
}
