// What may follow what, who may do what, the verbs of a console. By `make contract`; a test compares it.

/**
 * The actions that the state of a token allows, and where each leads.
 *
 * @type {Readonly<Record<Baari.StepState, Readonly<Partial<Record<Baari.Action, Baari.StepState>>>>>}
 */
export const TOKEN = Object.freeze({
  waiting: Object.freeze({
    call: "called",
    pause: "paused",
    return: "waiting",
    transfer: "skipped",
    correct: "waiting",
    remark: "waiting",
    cancel: "skipped",
    expire: "skipped",
  }),
  called: Object.freeze({
    recall: "called",
    start: "serving",
    hold: "held",
    miss: "missed",
    put_back: "waiting",
    transfer: "skipped",
    correct: "called",
    remark: "called",
    cancel: "skipped",
    expire: "skipped",
  }),
  serving: Object.freeze({
    hold: "held",
    finish: "done",
    put_back: "waiting",
    transfer: "done",
    correct: "serving",
    remark: "serving",
    expire: "skipped",
  }),
  held: Object.freeze({
    resume: "serving",
    miss: "missed",
    transfer: "skipped",
    correct: "held",
    remark: "held",
    cancel: "skipped",
    expire: "skipped",
  }),
  paused: Object.freeze({
    pause: "paused",
    return: "waiting",
    correct: "paused",
    remark: "paused",
    cancel: "skipped",
    expire: "skipped",
  }),
  missed: Object.freeze({
    return: "waiting",
    correct: "missed",
    remark: "missed",
    cancel: "skipped",
    expire: "skipped",
  }),
  done: Object.freeze({}),
  skipped: Object.freeze({}),
});

/**
 * The states that may follow the state of a counter; repeating the present one is harmless.
 *
 * @type {Readonly<Record<Baari.CounterState, ReadonlyArray<Baari.CounterState>>>}
 */
export const COUNTER = Object.freeze({
  open: Object.freeze(/** @type {const} */ (["open", "paused", "closed"])),
  paused: Object.freeze(/** @type {const} */ (["open", "paused", "closed"])),
  closed: Object.freeze(/** @type {const} */ (["open", "closed"])),
});

/**
 * The states in which a token is at a counter.
 *
 * @type {ReadonlyArray<Baari.StepState>}
 */
export const AT_COUNTER = Object.freeze(/** @type {const} */ (["called", "serving"]));

/**
 * What each role may do.
 *
 * @type {Readonly<Record<Baari.Role, ReadonlyArray<Baari.Permission>>>}
 */
export const ALLOWED = Object.freeze({
  kiosk: Object.freeze(/** @type {const} */ (["issue_token", "return_by_slip", "reprint_by_slip", "withdraw_slip", "rebuild_by_slip", "watch_floor", "read_token", "read_gate", "read_notice"])),
  counter: Object.freeze(/** @type {const} */ (["issue_token", "return_by_slip", "reprint_by_slip", "withdraw_slip", "rebuild_by_slip", "enter_pad_number", "reprint_slip", "cancel_token", "correct_token", "attach_booking", "merge_tokens", "remark_token", "mark_emergency", "return_token", "pause_token", "hand_over_token", "take_seat", "leave_seat", "open_counter", "pause_counter", "close_counter", "call_next", "recall_token", "start_service", "hold_token", "resume_token", "miss_token", "finish_service", "transfer_token", "undo_last", "watch_floor", "watch_staff", "read_token", "read_line", "read_gate", "read_notice", "find_booking", "read_claims", "explain_token", "reveal_phone"])),
  display: Object.freeze(/** @type {const} */ (["watch_floor", "read_token", "read_gate", "read_notice"])),
  manager: Object.freeze(/** @type {const} */ (["issue_token", "return_by_slip", "reprint_by_slip", "withdraw_slip", "rebuild_by_slip", "enter_pad_number", "reprint_slip", "cancel_token", "correct_token", "attach_booking", "merge_tokens", "remark_token", "mark_emergency", "return_token", "pause_token", "hand_over_token", "undo_token", "take_seat", "leave_seat", "open_counter", "pause_counter", "close_counter", "call_next", "call_token", "take_over", "recall_token", "start_service", "hold_token", "resume_token", "miss_token", "finish_service", "transfer_token", "undo_last", "take_bookings", "move_booking", "set_notice", "choose_clock", "lease_numbers", "void_lease", "close_day", "extend_day", "reopen_day", "read_day", "watch_floor", "watch_staff", "read_token", "read_line", "read_gate", "read_notice", "read_clock", "find_booking", "read_claims", "explain_token", "read_stats", "read_outlook", "read_report", "read_people", "add_person", "disable_person", "enable_person", "unlock_person", "set_role", "begin_membership", "end_membership", "give_password", "end_second_step", "read_sessions", "end_sessions", "read_keys", "create_key", "revoke_key", "rotate_key", "read_devices", "identify_device", "rename_device", "revoke_device", "pair_device", "read_approvals", "decide_approval", "read_trail", "read_personal_data", "show_personal_data", "reveal_phone", "correct_personal_data", "erase_personal_data", "place_legal_hold", "lift_legal_hold"])),
  integration: Object.freeze(/** @type {const} */ (["issue_token", "return_by_slip", "reprint_by_slip", "withdraw_slip", "reprint_slip", "cancel_token", "take_bookings", "read_day", "watch_floor", "read_token", "read_gate", "read_notice", "read_stats", "read_outlook", "read_report"])),
  lead: Object.freeze(/** @type {const} */ (["issue_token", "return_by_slip", "reprint_by_slip", "withdraw_slip", "rebuild_by_slip", "enter_pad_number", "reprint_slip", "cancel_token", "correct_token", "attach_booking", "merge_tokens", "remark_token", "mark_emergency", "return_token", "pause_token", "hand_over_token", "undo_token", "take_seat", "leave_seat", "open_counter", "pause_counter", "close_counter", "call_next", "call_token", "take_over", "recall_token", "start_service", "hold_token", "resume_token", "miss_token", "finish_service", "transfer_token", "undo_last", "move_booking", "read_day", "watch_floor", "watch_staff", "read_token", "read_line", "read_gate", "read_notice", "find_booking", "read_claims", "explain_token", "read_stats", "read_outlook", "reveal_phone"])),
  floor_manager: Object.freeze(/** @type {const} */ (["issue_token", "return_by_slip", "reprint_by_slip", "withdraw_slip", "rebuild_by_slip", "enter_pad_number", "reprint_slip", "cancel_token", "correct_token", "attach_booking", "merge_tokens", "remark_token", "mark_emergency", "return_token", "pause_token", "hand_over_token", "undo_token", "take_seat", "leave_seat", "open_counter", "pause_counter", "close_counter", "call_next", "call_token", "take_over", "recall_token", "start_service", "hold_token", "resume_token", "miss_token", "finish_service", "transfer_token", "undo_last", "take_bookings", "move_booking", "set_notice", "choose_clock", "lease_numbers", "void_lease", "close_day", "extend_day", "reopen_day", "read_day", "watch_floor", "watch_staff", "read_token", "read_line", "read_gate", "read_notice", "read_clock", "find_booking", "read_claims", "explain_token", "read_stats", "read_outlook", "read_report", "read_devices", "identify_device", "reveal_phone"])),
  administrator: Object.freeze(/** @type {const} */ (["read_day", "watch_floor", "watch_staff", "read_token", "read_line", "read_gate", "read_notice", "read_clock", "find_booking", "read_claims", "explain_token", "read_stats", "read_outlook", "read_report", "read_people", "add_person", "disable_person", "enable_person", "unlock_person", "set_role", "begin_membership", "end_membership", "give_password", "end_second_step", "read_sessions", "end_sessions", "read_keys", "create_key", "revoke_key", "rotate_key", "read_devices", "identify_device", "rename_device", "revoke_device", "pair_device", "read_approvals", "decide_approval", "read_trail", "read_personal_data", "show_personal_data", "reveal_phone", "correct_personal_data", "erase_personal_data", "place_legal_hold", "lift_legal_hold"])),
  auditor: Object.freeze(/** @type {const} */ (["read_day", "watch_floor", "watch_staff", "read_token", "read_line", "read_gate", "read_notice", "read_clock", "find_booking", "read_claims", "explain_token", "read_stats", "read_outlook", "read_report", "read_people", "read_sessions", "read_keys", "read_devices", "read_approvals", "read_trail", "read_personal_data", "show_personal_data", "reveal_phone"])),
  headquarters: Object.freeze(/** @type {const} */ (["watch_floor", "read_notice", "read_stats", "read_outlook", "read_report"])),
});

/**
 * What a console does at once with the token that is here, in the order of its buttons.
 *
 * @type {ReadonlyArray<Readonly<{ verb: import("../ui/addresses.js").CounterVerb, key: string, words: string, done: string, action: Baari.Action, kind: Baari.Kind, running: boolean, lead: boolean }>>}
 */
export const VERBS = Object.freeze([
  Object.freeze({
    verb: "start",
    key: "S",
    words: "Start",
    done: "Started",
    action: "start",
    kind: "token.started",
    running: false,
    lead: false,
  }),
  Object.freeze({
    verb: "finish",
    key: "D",
    words: "Done",
    done: "Finished",
    action: "finish",
    kind: "token.finished",
    running: false,
    lead: false,
  }),
  Object.freeze({
    verb: "recall",
    key: "R",
    words: "Call again",
    done: "Called again",
    action: "recall",
    kind: "token.recalled",
    running: true,
    lead: true,
  }),
  Object.freeze({
    verb: "miss",
    key: "M",
    words: "Missed",
    done: "Missed",
    action: "miss",
    kind: "token.missed",
    running: true,
    lead: true,
  }),
  Object.freeze({
    verb: "hold",
    key: "H",
    words: "Hold",
    done: "Put on hold",
    action: "hold",
    kind: "token.held",
    running: false,
    lead: true,
  }),
]);
