/** What helps while one talks at the desk: typing and reading of both sides, canned replies, a meeting. */

import { cannedPicker } from "./desk_canned.js";
import { keyedButton } from "./desk_keys.js";
import { meetingLinks, move, readAtDesk, typeAtDesk } from "./talk_service.js";
import { otherSide, sayTyping, tellReading } from "./talk_signs.js";

const MET_IN = ["claimed", "answered", "work_order"];

/** `current()`: the escalation, `isMine()`: whether this helper is in charge, `isTyping()`: whether the person is shown
 * what is typed now; `become`, `tell` as for moves. */
export function deskAids({ id, box, messages, current, isMine, isTyping, become, tell }) {
  const side = otherSide(messages, { own: "helper", other: "person" });
  const reading = tellReading((number) => (isMine() ? readAtDesk(id, number) : null));
  const canned = cannedPicker(box, id);
  const meeting = keyedButton("视频通话", "M", offer, { class: "quiet", hidden: true });
  let withLinks = [];
  sayTyping(box, () => (isTyping() ? typeAtDesk(id) : null));
  meetingLinks().then((links) => { withLinks = links.map((each) => each.department_id); draw(); }).catch(() => {});

  async function offer() {
    try {
      become(await move(id, "meet"));
      tell("");
    } catch (error) {
      tell(error.message);
    }
  }

  function draw() {
    const { department, state } = current();
    meeting.hidden = !withLinks.includes(department.id);
    meeting.disabled = !(isMine() && MET_IN.includes(state));
    reading.again();
    if (!MET_IN.includes(state)) side.quiet();
  }

  return {
    typing: side.root,
    picker: canned.root,
    buttons: [canned.opener, meeting],
    draw,
    signs: side.took,
    heard(message, line) {
      side.heard(message);
      if (line) reading.watch(line);
    },
    stop() {
      reading.stop();
      side.quiet();
    },
  };
}
