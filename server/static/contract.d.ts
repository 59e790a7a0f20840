// What the server takes and tells, as types. Made by `make contract`; a test compares it with the server.

/** An act of a counter that stands: its number, what it did there last and to which label, and when. */
export interface ActView {
  act: number;
  kind: Kind;
  label: string;
  at: string;
}

/** What can be done to the open step of a token. */
export type Action = 
  | "call"
  | "recall"
  | "start"
  | "hold"
  | "resume"
  | "finish"
  | "miss"
  | "pause"
  | "return"
  | "put_back"
  | "transfer"
  | "correct"
  | "remark"
  | "cancel"
  | "expire";

/** The appointment of a token; who comes `late_min` minutes late waits from the arrival. */
export interface AppointmentOut {
  slot: string | null;
  service: string;
  late_min: number;
}

/** What was asked for, as it is now. */
export interface ApprovalAnswer {
  approval: ApprovalView;
}

/** How far an approval has come: what was approved is done once, and then it is used. */
export type ApprovalState = "pending" | "approved" | "refused" | "expired" | "used";

/** Something that somebody asked a second person for; who asked and who decided by their names. `mine`: it is who reads that has asked. */
export interface ApprovalView {
  id: number;
  act: Guarded;
  about: string;
  detail: string;
  state: ApprovalState;
  asked_by: string;
  asked_at: string;
  expires_at: string;
  decided_by: string | null;
  decided_at: string | null;
  mine: boolean;
}

/** What was asked for at the centre, the last first. */
export interface ApprovalsOut {
  approvals: ApprovalView[];
}

/** What the page of approvals needs to know: nothing but who opens it. */
export interface ApprovalsPage {
  centre: CentreData;
  language: string;
  own_names: Record<string, string>;
  causes: Record<string, CauseData>;
  now: string;
  ahead_s: number;
  csrf: string | null;
  words: Record<string, Record<string, string | string[]>>;
  user: string | null;
  role: Role;
  elsewhere: boolean;
  lockable: boolean;
}

/** Why a person is asked what becomes of those who are here: it is soon over, it is, or the next day has come. */
export type Ask = "soon" | "over" | "next_day";

/** Of whom: by a phone number, a reference, or the label of a token with its day; why stands on record. */
export interface AskedIn {
  phone?: string | null;
  reference?: string | null;
  token?: string | null;
  day?: string | null;
  reason: string;
}

/** A page that shows a code, which is not told here: from which address, by which browser, and since when. */
export interface AskingView {
  address: string;
  browser: string;
  asked_at: string;
}

/** How many people will stay longer than the promise and than its breach. */
export interface AtRisk {
  promise: number;
  breach: number;
}

/** An appointment by its reference, or by a `booking` that staff found; the counter where it is given. `service` chooses where a reference may be of several. */
export interface AttachIn {
  appointment?: string | null;
  booking?: number | null;
  service?: string | null;
  counter?: string | null;
}

/** The zone whose calls a board shows. */
export interface BoardPage {
  centre: CentreData;
  language: string;
  own_names: Record<string, string>;
  causes: Record<string, CauseData>;
  now: string;
  ahead_s: number;
  csrf: string | null;
  words: Record<string, Record<string, string | string[]>>;
  board: string;
  zone: string | null;
  settings: BoardSettings;
}

/** How large a board is and from where it is read; `directions` says by counter which way to go, `exit` out. */
export interface BoardSettings {
  inches?: number;
  distance_m?: number;
  directions?: Record<string, string>;
  exit?: "left" | "right" | "up" | "down";
}

/** A booking of the portal; what does not fit refuses its row alone. */
export interface BookingIn {
  reference: string;
  slot: string;
  service: string;
  need?: string | null;
  cancelled?: boolean;
}

/** A booking as staff find it, and the class that it gives; `label` is that of the token that it has become. */
export interface BookingView {
  id: number;
  tail: string;
  slot: string | null;
  service: string;
  need: string | null;
  klass: string | null;
  cancelled: boolean;
  checked_in: boolean;
  label: string | null;
}

/** Bookings to take over; one that is there already moves to its new slot. */
export interface BookingsIn {
  bookings: BookingIn[];
}

/** The stage with the longest line: the minutes until the last who waits there now is called, None where nobody calls; the people in line, and its open counters. */
export interface Bottleneck {
  stage: string;
  wait_min: number | null;
  waiting: number;
  open: number;
}

/** The call that was made. */
export interface CallAnswer {
  call: CallOut;
}

/** Whom to call out of order, and why: a reason of the centre's list. */
export interface CallIn {
  token: string;
  reason: string;
}

/** A token called to a counter. */
export interface CallOut {
  id: string;
  token: StaffToken;
  counter: string;
  reason: ReasonOut;
}

/** Who was called before a token, and why, as everybody may know it. */
export interface CalledFirst {
  label: string;
  why: WhyFirst;
  text: string;
}

/** Why a token is cancelled; the counter where it was asked for. */
export interface CancelIn {
  reason?: string | null;
  counter?: string | null;
}

/** Why a notice of some kinds may be given; in an emergency `verb` says what everybody must do. */
export interface CauseData {
  kinds: NoticeKind[];
  name: Record<string, string>;
  icon: string;
  verb: Record<string, string> | null;
}

/** The centre of a page. */
export interface CentreData {
  code: string;
  name: Record<string, string>;
  timezone: string;
  languages: string[];
  stages: StageData[];
}

/** A centre: its name in each of its languages, the first of which is spoken when none is asked for. */
export interface CentreEntry {
  code: string;
  name: Record<string, string>;
  timezone: string;
  languages: string[];
}

/** The centres that this key may see. */
export interface CentresOut {
  centres: CentreEntry[];
}

/** Which clock is right. */
export interface ChoiceIn {
  choose: "floor" | "wall";
}

/** Somebody who came as a walk-in, and the booking whose reference they had shown. Staff decide what it means. */
export interface ClaimView {
  token: StaffToken;
  booking: BookingView;
}

/** Walk-ins who had shown a reference that was not known then, each with the booking that is there now. */
export interface ClaimsOut {
  claims: ClaimView[];
}

/** What became of the clock: `doubted`, `followed`, or the choice of a person, `floor` or `wall`. `was` is what the floor's clock said, `shown` what the wall clock said of a doubt, else what people were shown then. */
export interface ClockChange {
  what: string;
  was: string;
  shown: string;
}

/** How the clock of a floor stands: `now` is its own time, `shown` what people are shown, `wall` the server's. `doubted` while a person has to choose, since when on the floor's clock and why: `step`, `behind` or `late`. */
export interface ClockView {
  now: string;
  shown: string;
  wall: string;
  doubted: boolean;
  why: string | null;
  since: string | null;
}

/** The minutes of a stay after which it is no longer quick, too long, and a breach of the promise. */
export interface ClocksData {
  high_performance_min: number;
  promise_min: number;
  breach_min: number;
}

/** The ids of the tokens that were shown as still here, what becomes of these people, and why it is closed. */
export interface CloseDayIn {
  live?: string[];
  then?: "end" | "carry_over";
  reason?: string | null;
}

/** What a counter's console needs to know of the centre; `reasons` say by the calling rule why somebody is next. `better` are the classes that are called before a class. `seat` is the counter for which this screen is paired. */
export interface ConsolePage {
  centre: CentreData;
  language: string;
  own_names: Record<string, string>;
  causes: Record<string, CauseData>;
  now: string;
  ahead_s: number;
  csrf: string | null;
  words: Record<string, Record<string, string | string[]>>;
  user: string | null;
  role: Role;
  elsewhere: boolean;
  lockable: boolean;
  outcomes: Record<string, OutcomesData>;
  clocks: ClocksData;
  needs: Record<string, NeedMark>;
  access: string[];
  party_max: number;
  tail: number;
  references: string[];
  services: NamedCode[];
  out_of_order: NamedCode[];
  better: Record<string, string[]>;
  undo_min: number;
  printers: Record<string, string>;
  reasons: Record<string, string>;
  seat: string | null;
}

/** The service that the citizen came for; the counter where it was noticed. */
export interface CorrectIn {
  service: string;
  counter?: string | null;
}

/** Of how many tokens the phone number was changed: those that are on the floor. */
export interface CorrectedOut {
  corrected: number;
}

/** Of whom, and the right phone number; `null` where none is kept any more. */
export interface CorrectionIn {
  phone?: string | null;
  reference?: string | null;
  token?: string | null;
  day?: string | null;
  reason: string;
  set_phone: string | null;
}

/** The message that goes to screens for one event. Where a flag was set or lifted `frozen` tells whether the floor stands, and `notice` what everybody is told now. */
export interface CounterEvent {
  v: number;
  centre: string;
  epoch: string;
  seq: number;
  type: "counter.opened" | "counter.paused" | "counter.closed";
  at: string;
  token: null;
  counter: CounterView | PublicCounter;
  frozen: null;
  notice: null;
}

/** The counter at which the citizen stands, if at one. */
export interface CounterIn {
  counter?: string | null;
}

/** Whether a counter takes part in the calling. */
export type CounterState = "open" | "paused" | "closed";

/** A counter as staff see it; `back_at` is when one that pauses is expected to call again. */
export interface CounterView {
  id: string;
  stage: string;
  state: CounterState;
  reason: string | null;
  back_at: string | null;
}

/** The counters of a centre in the order of its stages. */
export interface CountersOut {
  counters: (CounterView | PublicCounter)[];
}

/** The certificate of one day with whether every promise was kept in its `events`, and what was broken. */
export interface DayCertificate {
  day: string;
  calls: number;
  rules: Record<string, number>;
  overtaken: Record<string, Overtaken>;
  worst: number;
  bound: number | null;
  out_of_order: Record<string, number>;
  undone: number;
  unexplained: number;
  beyond_bound: number;
  ok: boolean;
  faults: Fault[];
  events: number;
}

/** What the close of a day did: tokens that expired, were no-shows or stay for the next day, and counters closed. */
export interface DayClose {
  day: string;
  expired: number;
  no_show: number;
  still_here: number;
  counters: number;
}

/** Until when people of a day are served. */
export interface DayExtension {
  day: string;
  until: string;
}

/** The report of a day as it is told; before the close of the day it stands for the events until now. */
export interface DayReport {
  centre: string;
  name: Record<string, string>;
  day: string;
  closed: boolean;
  printed: string;
  figures: Figures;
  promise_min: number;
  inside: Inside[];
  certificate: DayCertificate;
  notices: NoticeChange[];
  clock: ClockChange[];
  seal: SealView;
}

/** The close of a day: its event, and whether a later one has taken its place. */
export interface DaySeal {
  seq: number;
  at: string;
  superseded: boolean;
}

/** Whether a day is open, closed, or has not been opened. */
export type DayState = "open" | "closed" | "not_open";

/** A business day. `closes_at` is when it is over, None for one that is not open or runs on round the clock. `live` are those who are here, `missed` how many were called in vain; `asks` says why a person is asked about them, `reopens` whether the day may be opened again. `next_opens` is the latest until which people can be served on. */
export interface DayView {
  day: string;
  state: DayState;
  opened_at: string | null;
  closes_at: string | null;
  next_opens: string | null;
  serve_until: string | null;
  round_the_clock: boolean;
  asks: Ask | null;
  live: PublicToken[];
  missed: number;
  reopens: boolean;
  seals: DaySeal[];
}

/** How many devices there are, and how many printers have an address. */
export interface DeviceCounts {
  kiosk: number;
  board: number;
  printer: number;
  printer_ready: number;
}

/** What the page of devices needs to know: nothing but who opens it. */
export interface DevicesPage {
  centre: CentreData;
  language: string;
  own_names: Record<string, string>;
  causes: Record<string, CauseData>;
  now: string;
  ahead_s: number;
  csrf: string | null;
  words: Record<string, Record<string, string | string[]>>;
  user: string | null;
  role: Role;
  elsewhere: boolean;
  lockable: boolean;
}

/** How many sessions ended. */
export interface EndedOut {
  ended: number;
}

/** By how many tokens and bookings something was known that is gone now; or, where a second person has to approve it first (202), what they were asked for. */
export interface ErasedOut {
  erased: number;
  approval?: ApprovalView | null;
}

/** The message that goes to screens for one event. Where a flag was set or lifted `frozen` tells whether the floor stands, and `notice` what everybody is told now. */
export type EventView = TokenEvent | CounterEvent | NoticeEvent | OtherEvent;

/** The events after a number, or `reload` when a new snapshot is needed. */
export interface EventsOut {
  epoch: string;
  seq: number;
  events?: EventView[] | null;
  reload?: boolean | null;
}

/** A call: its event, its time on the centre's clock, where, and why; one that was taken back stays, and says so. */
export interface ExplainedCall {
  seq: number;
  at: string;
  stage: string;
  counter: string | null;
  rule: string;
  text: string;
  undone: boolean;
}

/** A token with each of its calls, and who was called before it at its present stage. */
export interface Explanation {
  label: string;
  day: string;
  state: StepState | TokenEnd;
  stage: string;
  calls: ExplainedCall[];
  overtaken: CalledFirst[];
}

/** Until when people who are here are served. */
export interface ExtendDayIn {
  until: string;
}

/** A broken promise: a stable code, the event where it shows, and a sentence. */
export interface Fault {
  code: string;
  seq: number;
  text: string;
}

/** Figures of a period, in minutes: `ended` by how, `stay` by class and for all, `wait` by stage. */
export interface Figures {
  issued: number;
  completed: number;
  ended: Record<string, number>;
  stay: Record<string, Stay>;
  wait: Record<string, Wait>;
}

/** The token that was served; where the next was to be called, the call, or the code of what stood against it. */
export interface FinishAnswer {
  token: StaffToken;
  call?: CallOut | null;
  not_called?: string | null;
}

/** How the service ended, the stage's ok when not given, and whether the next citizen is called at once. */
export interface FinishIn {
  token?: string | null;
  state?: string | null;
  outcome?: string | null;
  then?: "call-next" | null;
}

/** The forms of a file. */
export type Form = "csv" | "jsonl";

/** The bookings of today that fit. */
export interface FoundOut {
  bookings: BookingView[];
}

/** What every page of a centre has: `words` are its sentences in each language but English, by the English one. `own_names` are those of its languages, each in its own script, as its readers look for it. `causes` are those of notices, by their codes. */
export interface Frame {
  centre: CentreData;
  language: string;
  own_names: Record<string, string>;
  causes: Record<string, CauseData>;
  now: string;
  ahead_s: number;
  csrf: string | null;
  words: Record<string, Record<string, string | string[]>>;
}

/** Whom the gate lets in now: bookings with a slot up to `until`, and the delay against the plan in minutes. */
export interface GateOut {
  until: string;
  held_min: number;
}

/** What may need a second person. */
export type Guarded = "role" | "erasure" | "export" | "restore";

/** The key as it is now; or, where a second person has to approve it first (202), what they were asked for. */
export interface GuardedKeyAnswer {
  key?: KeyView | null;
  approval?: ApprovalView | null;
}

/** The person as they are now; or, where a second person has to approve it first (202), what they were asked for. */
export interface GuardedPersonAnswer {
  person?: PersonView | null;
  approval?: ApprovalView | null;
}

/** That the server lives: the number of its last event, its clock, and when a centre opens again that rests now. */
export interface HeartbeatOut {
  centre: string;
  epoch: string;
  seq: number;
  now: string;
  ahead_s: number;
  resumes_at: string | null;
}

/** Something that staff should know and that may be lost: the trouble of a printer, or its end. */
export interface HintOut {
  centre: string;
  kind: "printer";
  device: string;
  state: string;
}

/** What is to stay, a day or one token of it, and who asks for it. */
export interface HoldIn {
  day: string;
  token?: string | null;
  reason: string;
}

/** The number of the hold. */
export interface HoldOut {
  hold: number;
}

/** A legal hold that is in force: of a day, or of one `token` of it. */
export interface HoldView {
  id: number;
  day: string;
  token: string | null;
  reason: string;
  placed_at: string;
}

/** When the centre gives tokens, as HH:MM. */
export interface HoursData {
  tokens: string[];
}

/** How many stays of a day were shorter than a limit of minutes. */
export interface Inside {
  minutes: number;
  people: number;
}

/** For how many days what is known of citizens stays on the floor, and is kept at all; and what is so now. `sealed` is of how many tokens and bookings, the first of `since`. `overdue`: something should have left. */
export interface KeptView {
  floor_days: number;
  sealed_days: number;
  sealed: number;
  since: string | null;
  overdue: boolean;
  holds: HoldView[];
}

/** The key as it is now. */
export interface KeyAnswer {
  key: KeyView;
}

/** A new key: whose or what for, of which role, bound to a device or a counter, and until when. */
export interface KeyIn {
  secret: string;
  name: string;
  role: Role;
  device?: string | null;
  counter?: string | null;
  expires_at?: string | null;
}

/** A key in force: whose it is, what it is bound to, and when it was last seen; None: never. */
export interface KeyView {
  id: number;
  name: string;
  role: Role;
  device: string | null;
  counter: string | null;
  all_centres: boolean;
  created_at: string;
  seen_at: string | null;
  expires_at: string | null;
  paired: boolean;
}

/** The keys of the centre that are in force, by role and name. */
export interface KeysOut {
  keys: KeyView[];
}

/** Every kind of event; kinds only grow. */
export type Kind = 
  | "token.issued"
  | "token.rebuilt"
  | "token.called"
  | "token.recalled"
  | "token.started"
  | "token.finished"
  | "token.missed"
  | "token.held"
  | "token.resumed"
  | "token.paused"
  | "token.returned"
  | "token.put_back"
  | "token.transferred"
  | "token.corrected"
  | "token.remarked"
  | "token.attached"
  | "token.merged"
  | "token.helper_left"
  | "token.undone"
  | "token.cancelled"
  | "token.expired"
  | "counter.opened"
  | "counter.paused"
  | "counter.closed"
  | "counter.seated"
  | "slip.reprinted"
  | "printer.set"
  | "job.retried"
  | "notice.set"
  | "notice.lifted"
  | "centre.frozen"
  | "centre.resumed"
  | "numbers.leased"
  | "numbers.voided"
  | "bookings.taken"
  | "booking.moved"
  | "booking.left"
  | "policy.changed"
  | "clock.confirmed"
  | "clock.doubted"
  | "clock.followed"
  | "clock.chosen"
  | "day.opened"
  | "day.extended"
  | "day.closed"
  | "day.reopened"
  | "centre.restored";

/** What a kiosk offers, and the printer beside it. `booked` says whether any service can be booked here; `references` are patterns of normal forms. */
export interface KioskPage {
  centre: CentreData;
  language: string;
  own_names: Record<string, string>;
  causes: Record<string, CauseData>;
  now: string;
  ahead_s: number;
  csrf: string | null;
  words: Record<string, Record<string, string | string[]>>;
  device: string;
  printer: string | null;
  services: ServiceData[];
  needs: NeedData[];
  hours: HoursData;
  booked: boolean;
  references: string[];
}

/** What is known of somebody, with phone numbers masked; or, where a second person has to approve it first (202), what they were asked for. */
export interface KnownOut {
  known: KnownView[];
  approval?: ApprovalView | null;
}

/** What is known of somebody by a token or a booking; neither the hash of a reference nor the secret of a slip. `phone` is masked: to be told it is an act of its own. */
export interface KnownView {
  subject: string;
  where: "floor" | "sealed";
  day: string;
  token: string | null;
  phone: string | null;
  need: string | null;
  access: string[];
  reference_ends: string | null;
  notes: string[];
}

/** The line of a stage makes the stay of so many `people` pass `minutes`; all of them have passed at `by`. */
export interface Late {
  stage: string;
  minutes: number;
  people: number;
  by: string;
}

/** Which numbers to give away: the next `count` of a series, and to whom. */
export interface LeaseIn {
  series: string;
  count: number;
  holder: string;
}

/** A block of numbers as it is told; `void` says why the unused ones will never be given. */
export interface LeaseView {
  id: number;
  day: string;
  series: string;
  first: number;
  last: number;
  holder: string;
  void: string | null;
}

/** The line of a counter's stage after event `seq`, in the order in which it would be called. `next` says why the first is the first: its `params` tell since when each waits (`since`), not how long. */
export interface LineOut {
  epoch: string;
  seq: number;
  counter: OwnCounter;
  frozen: boolean;
  current: StaffToken | null;
  next: ReasonOut | null;
  line: StaffToken[];
  more: number;
  away: StaffToken[];
  stranded: StaffToken[];
  held: StaffToken[];
  acts: ActView[];
}

/** What the manager's page needs to know of the centre. `to_import_again` bookings are kept as before there was one normal form, or under an older key. With `plain_http` staff may sign in where nothing is encrypted. `backups_wrong` is `no_folder`, `failed`, `not_copied` or `stale` where backups are made by the clock, `tail_wrong` where what is done is shipped to a second folder. */
export interface ManagerPage {
  centre: CentreData;
  language: string;
  own_names: Record<string, string>;
  causes: Record<string, CauseData>;
  now: string;
  ahead_s: number;
  csrf: string | null;
  words: Record<string, Record<string, string | string[]>>;
  user: string | null;
  role: Role;
  elsewhere: boolean;
  lockable: boolean;
  clocks: ClocksData;
  demo: boolean;
  routes: Record<string, string[]>;
  devices: DeviceCounts;
  to_import_again: number;
  plain_http: boolean;
  backups_wrong: string | null;
  tail_wrong: string | null;
}

/** Who works at another centre already, and as what they work here too. */
export interface MembershipIn {
  user: string;
  role: "counter" | "lead" | "floor_manager" | "administrator" | "manager" | "auditor" | "headquarters";
}

/** The token that stays, by its id; the counter where it was noticed. */
export interface MergeIn {
  into: string;
  counter?: string | null;
}

/** A reference that another centre has. */
export interface MoveIn {
  appointment: string;
}

/** The booking as this centre has it now. */
export interface MovedOut {
  booking: BookingView;
}

/** What the device is called from now on. */
export interface NameIn {
  name: string;
}

/** Something with a code and a name. */
export interface NamedCode {
  code: string;
  name: Record<string, string>;
}

/** Somebody looks for this screen: it shows its name in large letters for a moment. */
export interface NamedOut {
  centre: string;
  name: string;
}

/** A need that brings priority, with its pictogram. */
export interface NeedData {
  code: string;
  name: Record<string, string>;
  icon: string;
}

/** How a need is shown. */
export interface NeedMark {
  name: Record<string, string>;
  icon: string;
}

/** The token as the citizen gets it. */
export interface NewToken {
  id: string;
  label: string;
  party: number;
  state: string;
  stage: string;
}

/** So many people wait at a stage at which no counter that is open may take them. */
export interface NoCounter {
  stage: string;
  people: number;
}

/** Nobody is in the centre. */
export interface Nobody {
}

/** A flag that is set: why, by a code of the set-up, and since when (ISO 8601, UTC). */
export interface Notice {
  kind: NoticeKind;
  cause: string;
  since: string;
}

/** A flag was set, or lifted (`kind`), at a time of the centre's clock; `note` is what staff once wrote. */
export interface NoticeChange {
  at: string;
  kind: Kind;
  flag: NoticeKind;
  cause: string;
  note: string | null;
}

/** The message that goes to screens for one event. Where a flag was set or lifted `frozen` tells whether the floor stands, and `notice` what everybody is told now. */
export interface NoticeEvent {
  v: number;
  centre: string;
  epoch: string;
  seq: number;
  type: "notice.set" | "notice.lifted";
  at: string;
  token: null;
  counter: null;
  frozen: boolean;
  notice: Notice | null;
}

/** A flag of the centre, set or taken off; one that is set needs a cause, by its code in the set-up. */
export interface NoticeIn {
  kind: NoticeKind;
  cause?: string | null;
  on: boolean;
}

/** The flags of a centre, the strongest first. */
export type NoticeKind = "emergency" | "outage" | "pause";

/** What everybody is told (`notice`), every flag that is set, and whether the floor stands. `freezes` are the latest times in which it stood, as `[begin, end]`: no clock ran; the end is None while it lasts. */
export interface NoticeView {
  notice: Notice | null;
  flags: Notice[];
  frozen: boolean;
  freezes: ((string | null)[])[];
}

/** A counter of the bottleneck whose officer is there, and the stay that one in ten exceeds, without and with it. */
export interface Offer {
  counter: string;
  before_min: number;
  after_min: number;
}

/** So many people are in the centre, and no line holds them up; `beyond` of them pass `minutes` all the same. */
export interface OnTime {
  people: number;
  minutes: number;
  beyond: number;
}

/** The message that goes to screens for one event. Where a flag was set or lifted `frozen` tells whether the floor stands, and `notice` what everybody is told now. */
export interface OtherEvent {
  v: number;
  centre: string;
  epoch: string;
  seq: number;
  type: "counter.seated" | "slip.reprinted" | "printer.set" | "job.retried" | "numbers.leased" | "numbers.voided" | "bookings.taken" | "booking.moved" | "booking.left" | "policy.changed" | "clock.doubted" | "clock.followed" | "clock.chosen" | "day.opened" | "day.extended" | "day.closed" | "day.reopened" | "centre.restored";
  at: string;
  token: null;
  counter: null;
  frozen: null;
  notice: null;
}

/** How the service of a stage may end; `ok` is the usual way, `ending` are those that end the visit. */
export interface OutcomesData {
  ok: string;
  outcomes: string[];
  ending: string[];
}

/** What the manager's page shows beside the floor: `limits` of a stay, `stranded` with the longest wait first. */
export interface OutlookView {
  now: string;
  people: number;
  sentence: Sentence;
  at_risk: AtRisk;
  limits: Passing[];
  bottleneck: Bottleneck | null;
  offer: Offer | null;
  people_at_risk: PersonAtRisk[];
  stranded: StrandedPerson[];
}

/** How often tokens had been overtaken when they were called, once for each call (`tokens` of them). `p95` is the smallest count that holds for 95 of 100 calls (nearest rank). */
export interface Overtaken {
  tokens: number;
  mean: number;
  p95: number;
  max: number;
}

/** How often others were called first at this stage, the latest of them and why. `limit` is how many more the rule can call first with the line as it is, None when it makes no such promise. */
export interface OvertakenView {
  count: number;
  label: string;
  why: string;
  text: string;
  limit: number | null;
}

/** A counter, and who sits there. */
export interface OwnCounter {
  id: string;
  stage: string;
  state: CounterState;
  reason: string | null;
  operator: string | null;
}

/** The code that a screen shows. It becomes the screen whose page it shows, or another (`as_screen`: `kiosk:K1`). */
export interface PairIn {
  code: string;
  as_screen?: string | null;
  expires_at?: string | null;
}

/** With which key a screen is paired: since when, from where, by which browser, and when it was last seen. */
export interface PairedView {
  key: number;
  since: string;
  seen_at: string | null;
  address: string | null;
  browser: string | null;
  expires_at: string | null;
}

/** How far a page is: it shows a `code` for `left_s` seconds, its code has lapsed, or it goes to its own `page`. */
export interface PairingAnswer {
  state: "asking" | "lapsed" | "paired";
  code?: string;
  expires_at?: string;
  left_s?: number;
  page?: string;
}

/** Which page shows the code, from where, and what it would replace. */
export interface PairingOut {
  pairing: PairingView;
}

/** Which screen's page is not paired. */
export interface PairingPage {
  centre: string;
  kind: ScreenKind;
  id: string;
}

/** What somebody sees before they accept a code: which page asks, from where, and what it would replace. */
export interface PairingView {
  kind: ScreenKind;
  id: string;
  name: string;
  address: string;
  browser: string;
  asked_at: string;
  expires_at: string;
  replaces: PairedView | null;
}

/** A number of the paper pad, and when it was handed out. */
export interface PaperIn {
  label: string;
  taken_at: string;
}

/** The simulated printers of a demo, and the faults that they can be given. */
export interface PaperPage {
  printers: string[];
  faults: string[];
}

/** How many people's stay passes a limit of minutes, or has passed it; `by` is when the last of them does. */
export interface Passing {
  minutes: number;
  people: number;
  by: string | null;
}

/** The password with which a person chooses their own at the next sign-in. */
export interface PasswordIn {
  password: string;
}

/** Why a counter pauses, and in how many minutes it is expected back: until then its people count on it. */
export interface PauseIn {
  reason?: string | null;
  after_current?: boolean;
  back_min?: number | null;
}

/** The people whom the centre knows by their names. */
export interface PeopleOut {
  people: PersonView[];
}

/** What the page of people and keys needs to know: the roles that a person, and that a key, may have. */
export interface PeoplePage {
  centre: CentreData;
  language: string;
  own_names: Record<string, string>;
  causes: Record<string, CauseData>;
  now: string;
  ahead_s: number;
  csrf: string | null;
  words: Record<string, Record<string, string | string[]>>;
  user: string | null;
  role: Role;
  elsewhere: boolean;
  lockable: boolean;
  roles: string[];
  key_roles: string[];
}

/** What somebody may do: each verb of the API has a permission of its name. */
export type Permission = 
  | "issue_token"
  | "return_by_slip"
  | "reprint_by_slip"
  | "withdraw_slip"
  | "rebuild_by_slip"
  | "enter_pad_number"
  | "reprint_slip"
  | "cancel_token"
  | "correct_token"
  | "attach_booking"
  | "merge_tokens"
  | "remark_token"
  | "mark_emergency"
  | "return_token"
  | "pause_token"
  | "hand_over_token"
  | "undo_token"
  | "take_seat"
  | "leave_seat"
  | "open_counter"
  | "pause_counter"
  | "close_counter"
  | "call_next"
  | "call_token"
  | "take_over"
  | "recall_token"
  | "start_service"
  | "hold_token"
  | "resume_token"
  | "miss_token"
  | "finish_service"
  | "transfer_token"
  | "undo_last"
  | "take_bookings"
  | "move_booking"
  | "set_notice"
  | "choose_clock"
  | "lease_numbers"
  | "void_lease"
  | "close_day"
  | "extend_day"
  | "reopen_day"
  | "read_day"
  | "watch_floor"
  | "watch_staff"
  | "read_token"
  | "read_line"
  | "read_gate"
  | "read_notice"
  | "read_clock"
  | "find_booking"
  | "read_claims"
  | "explain_token"
  | "read_stats"
  | "read_outlook"
  | "read_report"
  | "read_people"
  | "add_person"
  | "disable_person"
  | "enable_person"
  | "unlock_person"
  | "set_role"
  | "begin_membership"
  | "end_membership"
  | "give_password"
  | "end_second_step"
  | "read_sessions"
  | "end_sessions"
  | "read_keys"
  | "create_key"
  | "revoke_key"
  | "rotate_key"
  | "read_devices"
  | "identify_device"
  | "rename_device"
  | "revoke_device"
  | "pair_device"
  | "read_approvals"
  | "decide_approval"
  | "read_trail"
  | "read_personal_data"
  | "show_personal_data"
  | "reveal_phone"
  | "correct_personal_data"
  | "erase_personal_data"
  | "place_legal_hold"
  | "lift_legal_hold";

/** The person as they are now. */
export interface PersonAnswer {
  person: PersonView;
}

/** Somebody who will stay longer than the promise: minutes so far, and as expected in the end. `passes_at` is when their stay passes the promise, None when it has. */
export interface PersonAtRisk {
  label: string;
  stage: string;
  stay_min: number;
  expected_min: number;
  passes_at: string | null;
}

/** A new person, and the password with which they choose their own at the first sign-in. */
export interface PersonIn {
  user: string;
  role: "counter" | "lead" | "floor_manager" | "administrator" | "manager" | "auditor" | "headquarters";
  password: string;
}

/** Whether somebody can sign in. */
export type PersonState = "active" | "disabled" | "locked";

/** A person whom the centre knows: whoever works there, as their `role`, or whose account it keeps (`kept_here`). `own_password` is false until they have changed the one that was given to them. `second_step`: their password alone lets nobody in. */
export interface PersonView {
  id: number;
  user: string;
  role: Role | null;
  kept_here: boolean;
  state: PersonState;
  created_at: string;
  seen_at: string | null;
  own_password: boolean;
  second_step: boolean;
  sessions: number;
  mine: boolean;
}

/** What the page of personal data needs to know: nothing but who opens it. */
export interface PersonalDataPage {
  centre: CentreData;
  language: string;
  own_names: Record<string, string>;
  causes: Record<string, CauseData>;
  now: string;
  ahead_s: number;
  csrf: string | null;
  words: Record<string, Record<string, string | string[]>>;
  user: string | null;
  role: Role;
  elsewhere: boolean;
  lockable: boolean;
}

/** The phone number of a token. */
export interface PhoneOut {
  phone: string;
}

/** A citizen's own token; `called_first` are the sentences about a call that passed it, by why. */
export interface PhonePage {
  centre: CentreData;
  language: string;
  own_names: Record<string, string>;
  causes: Record<string, CauseData>;
  now: string;
  ahead_s: number;
  csrf: string | null;
  words: Record<string, Record<string, string | string[]>>;
  secret: string;
  status: StatusNow;
  pause_min: number;
  called_first: Record<string, string>;
}

/** Whether a slip is on its way. */
export interface PrintOut {
  state: PrintState;
}

/** Where a slip is, as the API tells it. */
export type PrintState = 
  | "none"
  | "queued"
  | "printing"
  | "printed"
  | "sent"
  | "unconfirmed"
  | "rejected"
  | "withdrawn";

/** Where the latest copy of a slip is; `copy` 0 is the original. */
export interface Printing {
  state: PrintState;
  copy?: number;
  detail?: string | null;
}

/** Why a request was refused; `code` is stable and for programs, `detail` for people. What more a refusal tells (`errors`, `known`, `current`, …) depends on its code. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: string;
  detail: string;
}

/** A counter as everybody may see it: not why it does not call, which staff wrote in their own words. */
export interface PublicCounter {
  id: string;
  stage: string;
  state: CounterState;
}

/** A token as everybody may see it: nothing personal, no need, no service. `state` is that of the open step, else the terminal one; `stage` to `last_called` are of the open step. */
export interface PublicToken {
  id: string;
  label: string;
  party: number;
  state: StepState | TokenEnd;
  stage: string | null;
  counter: string | null;
  beside: string[];
  call: string | null;
  calls: number;
  last_called: string | null;
  ended: boolean;
}

/** Why a counter pauses or closes, and whether the token that is there now is still served. */
export interface ReasonIn {
  reason?: string | null;
  after_current?: boolean;
}

/** Why this token: the rule, its figures, and one sentence. */
export interface ReasonOut {
  rule: string;
  params: Record<string, string | number | (Record<string, string | number>)[]>;
  text: string;
}

/** A slip with its claim, and the stage where its owner stood, which staff may know. */
export interface RebuildIn {
  slip: string;
  stage?: string | null;
}

/** The token of the slip as it is now. */
export interface RebuiltAnswer {
  token: NewToken;
}

/** What was not known when the token was taken; what is not given stays as it is. */
export interface RemarkIn {
  party?: number | null;
  access?: string[] | null;
  language?: string | null;
  need?: string | null;
  emergency?: boolean | null;
  counter?: string | null;
}

/** Why the day goes on, in words. */
export interface ReopenDayIn {
  reason: string;
}

/** What the reopening of a day did: how many people it brought back, and the counters they stand at. */
export interface Reopening {
  day: string;
  restored: number;
  counters: string[];
}

/** A slip to print once more, and where; at the device's own printer when not given. */
export interface ReprintBySlipIn {
  slip: string;
  print_at?: string | null;
}

/** Why a slip is printed once more, and where; at the device's own printer when not given. */
export interface ReprintIn {
  reason: string;
  print_at?: string | null;
}

/** The copy that was queued. */
export interface ReprintOut {
  print: Printing;
}

/** What became of a row. */
export type Result = "created" | "unchanged" | "changed" | "refused";

/** Which parked token to serve again; the one parked last when not given. */
export interface ResumeIn {
  token?: string | null;
}

/** The token that is in line again. */
export interface ReturnAnswer {
  token: NewToken;
}

/** The counter at which the token is, and why, if that is to stand on record. */
export interface RevealIn {
  counter?: string | null;
  reason?: string | null;
}

/** What a key or a person is for. */
export type Role = 
  | "kiosk"
  | "counter"
  | "display"
  | "manager"
  | "integration"
  | "lead"
  | "floor_manager"
  | "administrator"
  | "auditor"
  | "headquarters";

/** What a person is from now on. */
export interface RoleIn {
  role: "counter" | "lead" | "floor_manager" | "administrator" | "manager" | "auditor" | "headquarters";
}

/** What became of row `n`, counted from 1; `code` says why it was refused, or that its slot is over capacity. */
export interface RowOut {
  n: number;
  result: Result;
  code: string | null;
}

/** What became of each row. */
export interface RowsOut {
  rows: RowOut[];
}

/** The screen as it is now. */
export interface ScreenAnswer {
  screen: ScreenView;
}

/** What a screen is for. */
export type ScreenKind = "kiosk" | "board" | "counter";

/** A screen of the centre; `place` is the zone of a board or the stage of a counter. */
export interface ScreenView {
  kind: ScreenKind;
  id: string;
  name: string;
  place: string | null;
  paired: PairedView | null;
  asking: AskingView[];
}

/** The kiosks, boards and consoles of the centre; `connected` are those that a screen of this server shows now. */
export interface ScreensOut {
  screens: ScreenView[];
  connected: string[];
}

/** The last event of the day, its hash, and the signed text of the QR code. */
export interface SealView {
  seq: number;
  head: string;
  text: string;
}

/** A counter at which somebody sits: their user name, if any, whether it is oneself, and the token there. */
export interface SeatEntry {
  counter: string;
  user: string | null;
  mine: boolean;
  token: string | null;
}

/** The counter, and who sits there now. */
export interface SeatOut {
  counter: string;
  operator: string | null;
}

/** Who asks, if they have signed in, and the counters at which somebody sits. */
export interface SeatsOut {
  user: string | null;
  seats: SeatEntry[];
}

/** The key from now on: `baari_` and at least 43 letters, digits, `-` and `_`, drawn at random by who asks. So nothing that is kept of a command holds it: the server knows its hash only. */
export interface SecretIn {
  secret: string;
}

/** What the screen showed when the key was pressed; another token or state there now is 409 `stale`. */
export interface SeenIn {
  token?: string | null;
  state?: string | null;
}

/** The one sentence on the manager's page, and the values in it. */
export interface Sentence {
  kind: SentenceKind;
  params: Nobody | OnTime | Late | NoCounter;
}

/** What the sentence on the manager's page says. */
export type SentenceKind = "empty" | "on_time" | "late" | "stranded";

/** A service; a kiosk shows its pictogram. */
export interface ServiceData {
  code: string;
  name: Record<string, string>;
  icon: string;
}

/** What a citizen can come for, and the stages on its way. */
export interface ServiceEntry {
  code: string;
  name: Record<string, string>;
  stages: string[];
}

/** The services that a centre gives today. */
export interface ServicesOut {
  services: ServiceEntry[];
}

/** Which session of a person ends; none for all. */
export interface SessionIn {
  session?: string | null;
}

/** A session of a person: `id` names it, and opens nothing; `address` is where they signed in. */
export interface SessionView {
  id: string;
  began_at: string;
  seen_at: string;
  address: string | null;
}

/** The sessions of a person, the last that began first. */
export interface SessionsOut {
  sessions: SessionView[];
}

/** Whether a manager takes the counter over from the person there. */
export interface SitIn {
  take_over?: boolean;
}

/** What stands behind `/t/` in a slip's QR code: its secret, with the claim or without. */
export interface SlipIn {
  slip: string;
}

/** The token of a slip, and where its latest copy is. */
export interface SlipNow {
  token: NewToken;
  print: Printing;
}

/** The floor at one instant: `seq` is the number of the last event in it. */
export interface SnapshotOut {
  centre: string;
  epoch: string;
  seq: number;
  now: string;
  frozen: boolean;
  notice: Notice | null;
  ahead_s: number;
  tokens: (StaffToken | PublicToken)[];
  counters: (CounterView | PublicCounter)[];
}

/** A page of somebody who is signed in; `elsewhere`: they may act at other centres too, `lockable`: have a PIN. */
export interface StaffFrame {
  centre: CentreData;
  language: string;
  own_names: Record<string, string>;
  causes: Record<string, CauseData>;
  now: string;
  ahead_s: number;
  csrf: string | null;
  words: Record<string, Record<string, string | string[]>>;
  user: string | null;
  role: Role;
  elsewhere: boolean;
  lockable: boolean;
}

/** What staff see of a token beside the public view; `need` and `access` are gone once they were purged. */
export interface StaffPart {
  klass: string;
  service: string;
  then: string[];
  route: string;
  language: string;
  need: string | null;
  access: string[];
  emergency: boolean;
  slot: string | null;
  issued_at: string;
  waiting_since: string;
  first_called: string | null;
  started_at: string | null;
  until: string | null;
  only: string | null;
  return_until: string | null;
  decision: string | null;
  ended_at: string | null;
}

/** A token as staff see it. */
export interface StaffToken {
  id: string;
  label: string;
  party: number;
  state: StepState | TokenEnd;
  stage: string | null;
  counter: string | null;
  beside: string[];
  call: string | null;
  calls: number;
  last_called: string | null;
  ended: boolean;
  staff: StaffPart;
}

/** A stage, and the zone of the hall in which its calls are shown. */
export interface StageData {
  code: string;
  name: Record<string, string>;
  zone: string;
}

/** A stage, where it is, how its service can end, and which outcome is meant when none is named. */
export interface StageEntry {
  code: string;
  name: Record<string, string>;
  zone: string;
  outcomes: string[];
  ok: string;
}

/** The stages of a centre today. */
export interface StagesOut {
  stages: StageEntry[];
}

/** Figures of a period, all times in minutes: `stay` by class and for `all`, `wait` by stage. */
export interface StatsOut {
  from: string;
  to: string;
  issued: number;
  completed: number;
  ended: Record<string, number>;
  stay: Record<string, Stay>;
  wait: Record<string, Wait>;
}

/** A citizen's own token with the moment of the answer. */
export interface StatusNow {
  label: string;
  party: number;
  services: (Record<string, string>)[];
  language: string;
  state: StepState | TokenEnd;
  frozen: boolean;
  resumes_at: string | null;
  notice: Notice | null;
  stage: string | null;
  counter: string | null;
  beside: string[];
  call: string | null;
  calls: number;
  ahead: number;
  wait: WaitRange | null;
  opens_at: string | null;
  visit: VisitView;
  overtaken: OvertakenView | null;
  until: string | null;
  return_until: string | null;
  decision: string | null;
  ended: boolean;
  withdrawn: boolean;
  can: ("return" | "pause" | "cancel")[];
  as_of: string;
}

/** Stays in the centre: how many, and percentiles in minutes. */
export interface Stay {
  n: number;
  p50: number;
  p90: number;
  p95: number;
}

/** The state of one stage of a token's way through its route. */
export type StepState = "waiting" | "called" | "serving" | "held" | "paused" | "missed" | "done" | "skipped";

/** A stage of a visit: `done` with its minutes, `here` since a moment, or `ahead`. */
export interface StopView {
  stage: string;
  name: Record<string, string>;
  state: "done" | "here" | "ahead";
  minutes: number | null;
  since: string | null;
}

/** Somebody who waits at a stage for no counter that is open. */
export interface StrandedPerson {
  label: string;
  stage: string;
}

/** The counter at which the token goes on. */
export interface TakeOverIn {
  to: string;
}

/** The token that a command changed. */
export interface TokenAnswer {
  token: StaffToken;
}

/** The terminal state of a token; until then its state is that of its open step. */
export type TokenEnd = "done" | "refused" | "cancelled" | "expired" | "no_show";

/** The message that goes to screens for one event. Where a flag was set or lifted `frozen` tells whether the floor stands, and `notice` what everybody is told now. */
export interface TokenEvent {
  v: number;
  centre: string;
  epoch: string;
  seq: number;
  type: "token.issued" | "token.rebuilt" | "token.called" | "token.recalled" | "token.started" | "token.finished" | "token.missed" | "token.held" | "token.resumed" | "token.paused" | "token.returned" | "token.put_back" | "token.transferred" | "token.corrected" | "token.remarked" | "token.attached" | "token.merged" | "token.helper_left" | "token.undone" | "token.cancelled" | "token.expired";
  at: string;
  token: StaffToken | PublicToken;
  counter: null;
  frozen: null;
  notice: null;
}

/** What a citizen asks for. `service` may be left out with an appointment, which brings its own; it chooses where a reference may be of several. `then`: services after the first. `booking`: an appointment that staff found. `claim`: a reference that was not known and rides along with a walk-in. `return_slip`: the secret of one. `counter`: the one that issues it. */
export interface TokenIn {
  service?: string | null;
  then?: string[];
  need?: string | null;
  access?: string[];
  party?: number;
  language?: string | null;
  appointment?: string | null;
  claim?: string | null;
  booking?: number | null;
  return_slip?: string | null;
  paper?: PaperIn | null;
  counter?: string | null;
  phone?: string | null;
  print_at?: string | null;
}

/** A token as it is, for staff with their part, and its slip. */
export interface TokenNow {
  token: StaffToken | PublicToken;
  print: Printing;
}

/** A new token, how many are called before it, the wait at its first stage, the whole visit, and its own page. `opens_at` is when the first counter that may take it opens, none when one calls already or none will today. */
export interface TokenOut {
  token: NewToken;
  ahead: number;
  wait: WaitRange;
  visit: WaitRange;
  opens_at: string | null;
  status_url: string;
  print: PrintOut;
  appointment: AppointmentOut | null;
}

/** One event: `what` was done, in English words, `by` whom, to or with `about`; `hash` is its link of its chain. `by` and `about` are names of people and keys where there are such; `actor` is who it was as the chain has it. `detail` is what else is known: a role, an outcome, an address. `local` is the time at the centre. */
export interface TrailEntry {
  chain: "floor" | "installation";
  seq: number;
  at: string;
  local: string;
  kind: string;
  what: string;
  actor: string;
  by: string | null;
  about: string | null;
  detail: string | null;
  token: string | null;
  counter: string | null;
  hash: string;
}

/** A page of the trail, the latest first; `older` is the place from which the next one goes on, None at the end. */
export interface TrailPage {
  entries: TrailEntry[];
  older: string | null;
}

/** What the page of the trail needs to know: each kind of event in words, by the chain in which it stands. */
export interface TrailPageData {
  centre: CentreData;
  language: string;
  own_names: Record<string, string>;
  causes: Record<string, CauseData>;
  now: string;
  ahead_s: number;
  csrf: string | null;
  words: Record<string, Record<string, string | string[]>>;
  user: string | null;
  role: Role;
  elsewhere: boolean;
  lockable: boolean;
  floor: Record<string, string>;
  installation: Record<string, string>;
}

/** Where to: a stage, a counter or an officer of a stage; `returns` brings the token back here afterwards. */
export interface TransferIn {
  token?: string | null;
  state?: string | null;
  stage?: string | null;
  counter?: string | null;
  officer?: string | null;
  returns?: boolean;
  reason?: string | null;
}

/** Which act of this counter to take back, by its number; the last one when not given. */
export interface UndoIn {
  act?: number | null;
}

/** The token as it is again; `take_back` is the label on a slip that is out and good for nothing now. */
export interface UndoneAnswer {
  token: StaffToken;
  take_back: string | null;
}

/** The way of a citizen through the centre, and in how many minutes it is expected to be over. */
export interface VisitView {
  stops: StopView[];
  low_min: number | null;
  high_min: number | null;
}

/** Why the unused numbers of a lease will never be given. */
export interface VoidIn {
  reason: string;
}

/** Waits at a stage: how many, and percentiles in minutes. */
export interface Wait {
  n: number;
  p50: number;
  p90: number;
}

/** Minutes until the call, both ends rounded outward; both None while no counter is open. */
export interface WaitRange {
  low_min: number | null;
  high_min: number | null;
}

/** What everybody may know of a call that passed others over. */
export type WhyFirst = "priority" | "staff" | "counter" | "due";

/** The reads, by path. */
export interface Reads {
  "/api/v1/centres": { body: Record<string, never>; answer: CentresOut };
  "/api/v1/centres/{centre}/appointments": { body: Record<string, never>; answer: FoundOut };
  "/api/v1/centres/{centre}/appointments/claims": { body: Record<string, never>; answer: ClaimsOut };
  "/api/v1/centres/{centre}/approvals": { body: Record<string, never>; answer: ApprovalsOut };
  "/api/v1/centres/{centre}/clock": { body: Record<string, never>; answer: ClockView };
  "/api/v1/centres/{centre}/counters": { body: Record<string, never>; answer: CountersOut };
  "/api/v1/centres/{centre}/counters/{counter}/line": { body: Record<string, never>; answer: LineOut };
  "/api/v1/centres/{centre}/days/{day}": { body: Record<string, never>; answer: DayView };
  "/api/v1/centres/{centre}/devices": { body: Record<string, never>; answer: ScreensOut };
  "/api/v1/centres/{centre}/devices/codes/{code}": { body: Record<string, never>; answer: PairingOut };
  "/api/v1/centres/{centre}/events": { body: Record<string, never>; answer: EventsOut };
  "/api/v1/centres/{centre}/explain/{label}": { body: Record<string, never>; answer: Explanation };
  "/api/v1/centres/{centre}/gate": { body: Record<string, never>; answer: GateOut };
  "/api/v1/centres/{centre}/keys": { body: Record<string, never>; answer: KeysOut };
  "/api/v1/centres/{centre}/notice": { body: Record<string, never>; answer: NoticeView };
  "/api/v1/centres/{centre}/outlook": { body: Record<string, never>; answer: OutlookView };
  "/api/v1/centres/{centre}/people": { body: Record<string, never>; answer: PeopleOut };
  "/api/v1/centres/{centre}/people/{person}/sessions": { body: Record<string, never>; answer: SessionsOut };
  "/api/v1/centres/{centre}/personal-data": { body: Record<string, never>; answer: KeptView };
  "/api/v1/centres/{centre}/report": { body: Record<string, never>; answer: DayReport };
  "/api/v1/centres/{centre}/seats": { body: Record<string, never>; answer: SeatsOut };
  "/api/v1/centres/{centre}/services": { body: Record<string, never>; answer: ServicesOut };
  "/api/v1/centres/{centre}/snapshot": { body: Record<string, never>; answer: SnapshotOut };
  "/api/v1/centres/{centre}/stages": { body: Record<string, never>; answer: StagesOut };
  "/api/v1/centres/{centre}/stats": { body: Record<string, never>; answer: StatsOut };
  "/api/v1/centres/{centre}/tokens/{token}": { body: Record<string, never>; answer: TokenNow };
  "/api/v1/centres/{centre}/trail": { body: Record<string, never>; answer: TrailPage };
  "/api/v1/centres/{centre}/trail/export": { body: Record<string, never>; answer: unknown };
  "/api/v1/status/{secret}": { body: Record<string, never>; answer: StatusNow };
}

/** The commands, by path. */
export interface Commands {
  "/api/v1/centres/{centre}/appointments": { body: BookingsIn; answer: RowsOut };
  "/api/v1/centres/{centre}/appointments/move": { body: MoveIn; answer: MovedOut };
  "/api/v1/centres/{centre}/approvals/{approval}/approve": { body: Record<string, never>; answer: ApprovalAnswer };
  "/api/v1/centres/{centre}/approvals/{approval}/refuse": { body: Record<string, never>; answer: ApprovalAnswer };
  "/api/v1/centres/{centre}/clock": { body: ChoiceIn; answer: ClockView };
  "/api/v1/centres/{centre}/counters/{counter}/call": { body: CallIn; answer: CallAnswer };
  "/api/v1/centres/{centre}/counters/{counter}/call-next": { body: Record<string, never>; answer: CallAnswer };
  "/api/v1/centres/{centre}/counters/{counter}/close": { body: ReasonIn; answer: CounterView };
  "/api/v1/centres/{centre}/counters/{counter}/finish": { body: FinishIn; answer: FinishAnswer };
  "/api/v1/centres/{centre}/counters/{counter}/hold": { body: SeenIn; answer: TokenAnswer };
  "/api/v1/centres/{centre}/counters/{counter}/leave": { body: Record<string, never>; answer: SeatOut };
  "/api/v1/centres/{centre}/counters/{counter}/miss": { body: SeenIn; answer: TokenAnswer };
  "/api/v1/centres/{centre}/counters/{counter}/open": { body: Record<string, never>; answer: CounterView };
  "/api/v1/centres/{centre}/counters/{counter}/pause": { body: PauseIn; answer: CounterView };
  "/api/v1/centres/{centre}/counters/{counter}/recall": { body: SeenIn; answer: TokenAnswer };
  "/api/v1/centres/{centre}/counters/{counter}/resume": { body: ResumeIn; answer: TokenAnswer };
  "/api/v1/centres/{centre}/counters/{counter}/sit": { body: SitIn; answer: SeatOut };
  "/api/v1/centres/{centre}/counters/{counter}/start": { body: SeenIn; answer: TokenAnswer };
  "/api/v1/centres/{centre}/counters/{counter}/take-over": { body: TakeOverIn; answer: CallAnswer };
  "/api/v1/centres/{centre}/counters/{counter}/transfer": { body: TransferIn; answer: TokenAnswer };
  "/api/v1/centres/{centre}/counters/{counter}/undo": { body: UndoIn; answer: UndoneAnswer };
  "/api/v1/centres/{centre}/days/{day}/close": { body: CloseDayIn; answer: DayClose };
  "/api/v1/centres/{centre}/days/{day}/extend": { body: ExtendDayIn; answer: DayExtension };
  "/api/v1/centres/{centre}/days/{day}/reopen": { body: ReopenDayIn; answer: Reopening };
  "/api/v1/centres/{centre}/devices/pair": { body: PairIn; answer: ScreenAnswer };
  "/api/v1/centres/{centre}/devices/{kind}/{device}/identify": { body: Record<string, never>; answer: ScreenAnswer };
  "/api/v1/centres/{centre}/devices/{kind}/{device}/rename": { body: NameIn; answer: ScreenAnswer };
  "/api/v1/centres/{centre}/devices/{kind}/{device}/revoke": { body: Record<string, never>; answer: ScreenAnswer };
  "/api/v1/centres/{centre}/keys": { body: KeyIn; answer: GuardedKeyAnswer };
  "/api/v1/centres/{centre}/keys/{key}/revoke": { body: Record<string, never>; answer: KeyAnswer };
  "/api/v1/centres/{centre}/keys/{key}/rotate": { body: SecretIn; answer: KeyAnswer };
  "/api/v1/centres/{centre}/leases": { body: LeaseIn; answer: LeaseView };
  "/api/v1/centres/{centre}/leases/{lease}/void": { body: VoidIn; answer: LeaseView };
  "/api/v1/centres/{centre}/memberships": { body: MembershipIn; answer: GuardedPersonAnswer };
  "/api/v1/centres/{centre}/notice": { body: NoticeIn; answer: NoticeView };
  "/api/v1/centres/{centre}/people": { body: PersonIn; answer: GuardedPersonAnswer };
  "/api/v1/centres/{centre}/people/{person}/disable": { body: Record<string, never>; answer: PersonAnswer };
  "/api/v1/centres/{centre}/people/{person}/enable": { body: Record<string, never>; answer: PersonAnswer };
  "/api/v1/centres/{centre}/people/{person}/membership/end": { body: Record<string, never>; answer: PeopleOut };
  "/api/v1/centres/{centre}/people/{person}/password": { body: PasswordIn; answer: PersonAnswer };
  "/api/v1/centres/{centre}/people/{person}/role": { body: RoleIn; answer: GuardedPersonAnswer };
  "/api/v1/centres/{centre}/people/{person}/second-step/end": { body: Record<string, never>; answer: PersonAnswer };
  "/api/v1/centres/{centre}/people/{person}/sessions/end": { body: SessionIn; answer: EndedOut };
  "/api/v1/centres/{centre}/people/{person}/unlock": { body: Record<string, never>; answer: PersonAnswer };
  "/api/v1/centres/{centre}/personal-data/correct": { body: CorrectionIn; answer: CorrectedOut };
  "/api/v1/centres/{centre}/personal-data/erase": { body: AskedIn; answer: ErasedOut };
  "/api/v1/centres/{centre}/personal-data/holds": { body: HoldIn; answer: HoldOut };
  "/api/v1/centres/{centre}/personal-data/holds/{hold}/lift": { body: Record<string, never>; answer: HoldOut };
  "/api/v1/centres/{centre}/personal-data/show": { body: AskedIn; answer: KnownOut };
  "/api/v1/centres/{centre}/return": { body: SlipIn; answer: ReturnAnswer };
  "/api/v1/centres/{centre}/slips/rebuild": { body: RebuildIn; answer: RebuiltAnswer };
  "/api/v1/centres/{centre}/slips/reprint": { body: ReprintBySlipIn; answer: SlipNow };
  "/api/v1/centres/{centre}/slips/withdraw": { body: SlipIn; answer: SlipNow };
  "/api/v1/centres/{centre}/tokens": { body: TokenIn; answer: TokenOut };
  "/api/v1/centres/{centre}/tokens/{token}/attach": { body: AttachIn; answer: TokenAnswer };
  "/api/v1/centres/{centre}/tokens/{token}/cancel": { body: CancelIn; answer: TokenAnswer };
  "/api/v1/centres/{centre}/tokens/{token}/correct": { body: CorrectIn; answer: TokenAnswer };
  "/api/v1/centres/{centre}/tokens/{token}/hand-over": { body: Record<string, never>; answer: TokenAnswer };
  "/api/v1/centres/{centre}/tokens/{token}/merge": { body: MergeIn; answer: TokenAnswer };
  "/api/v1/centres/{centre}/tokens/{token}/pause": { body: Record<string, never>; answer: TokenAnswer };
  "/api/v1/centres/{centre}/tokens/{token}/remark": { body: RemarkIn; answer: TokenAnswer };
  "/api/v1/centres/{centre}/tokens/{token}/reprint": { body: ReprintIn; answer: ReprintOut };
  "/api/v1/centres/{centre}/tokens/{token}/return": { body: CounterIn; answer: TokenAnswer };
  "/api/v1/centres/{centre}/tokens/{token}/reveal-phone": { body: RevealIn; answer: PhoneOut };
  "/api/v1/centres/{centre}/tokens/{token}/undo": { body: Record<string, never>; answer: UndoneAnswer };
  "/api/v1/status/{secret}/cancel": { body: Record<string, never>; answer: StatusNow };
  "/api/v1/status/{secret}/pause": { body: Record<string, never>; answer: StatusNow };
  "/api/v1/status/{secret}/return": { body: Record<string, never>; answer: StatusNow };
}

export as namespace Baari;
