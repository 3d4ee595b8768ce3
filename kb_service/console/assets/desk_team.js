/** What a lead sees of the team: who is there, how much each holds, what is late, what others are in charge of. */

import { part, queueItem } from "./desk_queue.js";
import { element } from "./dom.js";

export function team(place, onSelect) {
  const rows = element("tbody", {});
  const [late, others] = [part("超时"), part("其他人手上")];
  const heads = ["姓名", "在岗", "会话"].map((text) => element("th", { scope: "col", text }));
  place.append(element("details", { class: "team", open: true },
    element("summary", { text: "团队" }),
    element("table", {}, element("thead", {}, element("tr", {}, ...heads)), rows),
    late.root, others.root));

  return {
    draw(shown) {
      const item = (each) => queueItem(each, {
        isSelected: each.id === shown.selected, isUnread: false, isWithDepartment: true, isWithHelper: true, onSelect,
      });
      rows.replaceChildren(...shown.helpers.map(row));
      late.fill(shown.late.map(item), "没有超时的会话");
      others.fill(shown.others.map(item), "没有");
    },
  };
}

function row({ name, is_lead: isLead, is_on_duty: isOnDuty, holds, capacity, skill_names: skills = [] }) {
  return element("tr", { class: isOnDuty ? "on-duty" : null },
    element("th", { scope: "row" }, isLead ? `${name}（组长）` : name,
      skills.length ? element("span", { class: "hint skills", text: `擅长：${skills.join("、")}` }) : null),
    element("td", { text: isOnDuty ? "在岗" : "离岗" }),
    element("td", { text: `${holds} / ${capacity}` }));
}
