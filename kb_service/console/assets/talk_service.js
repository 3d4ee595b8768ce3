/** Talks with people over HTTP: the person's side, and the helper's. */

import { postOnce, sendFormOnce } from "./sending.js";
import { getJson, postJson } from "./service.js";

export const GOING_ON = ["open", "claimed", "answered", "work_order"];

export const isGoingOn = (talk) => GOING_ON.includes(talk?.state);

const at = (id) => `/v1/talks/${encodeURIComponent(id)}`;
const escalation = (id) => `/v1/escalations/${encodeURIComponent(id)}`;

export const openTalk = (conversationId, department) =>
  postJson("/v1/escalations", { conversation_id: conversationId, ...(department && { department }) });
export const talk = (id) => getJson(at(id));
/** `key`: the same whenever the same message is sent. */
export const say = (id, text, key) => postOnce(`${at(id)}/messages`, { text }, key);
export const show = (id, sent) => sendFormOnce(`${at(id)}/attachments`, formOf(sent), sent);
export const shownAt = (id, number) => `${at(id)}/attachments/${number}`;
export const leave = (id) => postJson(`${at(id)}:leave`, {});
export const reopen = (id) => postJson(`${at(id)}:reopen`, {});
export const judge = (id, verdict) => postJson(`${at(id)}:judge`, { verdict });
export const join = (id) => postJson(`${at(id)}:join`, {});
export const typeInTalk = (id) => postJson(`${at(id)}:typing`, {});
export const readInTalk = (id, number) => postJson(`${at(id)}:read`, { number });
export const talkEvents = (id) => `${at(id)}/events`;

export const me = () => getJson("/v1/me");
export const helpers = () => getJson("/v1/helpers");
export const departments = () => getJson("/v1/departments");
export const presence = (isPresent) => postJson("/v1/helpers/me:presence", { is_present: isPresent });
export const escalations = (parameters) => getJson(`/v1/escalations?${new URLSearchParams(parameters)}`);
export const move = (id, name, body) => postJson(`${escalation(id)}:${name}`, body ?? {});
export const keep = (id) => postJson(`${escalation(id)}:keep`, {});
export const typeAtDesk = (id) => postJson(`${escalation(id)}:typing`, {});
export const readAtDesk = (id, number) => postJson(`${escalation(id)}:read`, { number });
export const cannedReplies = (id) => getJson(`${escalation(id)}/canned-replies`);
export const meetingLinks = () => getJson("/v1/meeting-links");
export const unread = () => getJson("/v1/helpers/me/unread");
export const write = (id, name, body, key) => postOnce(`${escalation(id)}:${name}`, body, key);
export const showPerson = (id, sent) => sendFormOnce(`${escalation(id)}/attachments`, formOf(sent), sent);
export const shownToHelpersAt = (id, number) => `${escalation(id)}/attachments/${number}`;
export const decide = (id, number, name, body) => postJson(`${escalation(id)}/proposals/${number}:${name}`, body ?? {});
export const escalationEvents = (id) => `${escalation(id)}/events`;
export const QUEUE_EVENTS = "/v1/escalations/events";

function formOf({ text, file }) {
  const form = new FormData();
  form.append("file", file);
  if (text) form.append("text", text);
  return form;
}
