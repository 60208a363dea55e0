/** The API's citizen and field endpoints, made from the committed contract by `make client`. Do not edit. */
import { call, type Asked } from "./http";

export interface AccusationIn {
  text: string;
  accused_name?: string;
  is_anonymous?: boolean;
}

export interface ActOut {
  key: string;
  label: string;
  shape: Record<string, unknown>;
}

export interface ActsForOut {
  person_id: string;
  name: string;
  relation: string;
  authority_until: string;
}

export interface AdditionIn {
  text: string;
  upload_ids?: string[];
}

export interface AgreeIn {
  version: string;
}

export interface ApplicationOut {
  id: string;
  number: string;
  programme: string;
  label: string;
  state: string;
  state_label: string;
  asked_on: string;
  papers: PaperOut[];
  reason: string;
  decision_id: string | null;
}

export interface ApplyIn {
  finding_id?: string | null;
  programme?: string;
  papers?: string[];
  upload_ids?: string[];
}

export interface AssistIn {
  person_id: string;
  act: string;
  values?: Record<string, unknown>;
}

export interface AssistOut {
  act: string;
  result: unknown;
}

export interface AssistedOut {
  at: string;
  what: string;
  by: string;
}

export interface AuthorityIn {
  helper_name: string;
  helper_phone: string;
  relation: string;
  to_on: string;
}

export interface AuthorityOut {
  id: string;
  helper_name: string;
  helper_phone: string;
  relation: string;
  from_on: string;
  until: string;
  is_in_force: boolean;
  recorded_by: string;
}

export interface BenefitsOut {
  receiving: ReceivingOut[];
  may_be_entitled: EntitledOut[];
  payments: PaymentOut[];
}

export interface BindingIn {
  name: string;
  id_number: string;
  second_fact_kind: string;
  second_fact: string;
}

export interface BindingOut {
  state: string;
  queued?: boolean;
  station?: StationShort | null;
  note?: string;
  second_facts: unknown[][];
}

export interface CallOut {
  kind: string;
  label: string;
  name: string;
  phone: string;
}

export interface CampaignOut {
  id: string;
  title: string;
  intro: string;
  closes_on: string;
  schema: Record<string, unknown>;
  my_state: string;
  my_values: Record<string, unknown>;
  saved_at: string | null;
  is_open: boolean;
}

export interface CardApplicationOut {
  id: string;
  number: string;
  purpose: string;
  kind: string;
  state: string;
  state_label: string;
  reason: string;
  submitted_on: string;
  station: string;
  station_phone: string;
  bank: string;
  due_on: string | null;
  clock_sentence: string;
  steps: CardStepOut[];
  photo: PhotoOut | null;
  can: string[];
}

export interface CardApplyIn {
  kind: string;
  bank: string;
  station_id: string;
  register_province?: string;
  is_guardian?: boolean;
  lacks_capacity?: boolean;
  has_card_elsewhere?: boolean;
  upload_id?: string | null;
}

export interface CardDraftOut {
  name: string;
  kinds: ChoiceOut[];
  stations: ChoiceOut[];
  banks: ChoiceOut[];
  papers: string[];
  photo_rules: string[];
  is_for_another: boolean;
}

export interface CardNoteIn {
  text?: string;
}

export interface CardOut {
  id: string;
  code: string;
  kind: string;
  bank: string;
  state: string;
  state_label: string;
  issued_on: string | null;
  paused_until: string | null;
  station: string;
  can: string[];
}

export interface CardPageOut {
  why_not: string;
  draft: CardDraftOut;
  applications: CardApplicationOut[];
  cards: CardOut[];
}

export interface CardStepOut {
  at: string;
  label: string;
  note: string;
}

export interface ChoiceOut {
  value: string;
  label: string;
}

export interface ClauseOut {
  clause_id: string;
  title: string;
  article: string;
  text: string;
  explanation: string;
  issuer: string;
  number: string;
  effective_from: string;
  effective_to: string | null;
}

export interface ClauseShort {
  clause_id: string;
  title: string;
  article: string;
  text: string;
}

export interface CodeIn {
  phone: string;
  privacy_version: string;
  code: string;
}

export interface CodeOut {
  text: string;
  short: string;
  seconds: number;
  svg: string;
  rows: string[];
  classes: string[];
}

export interface CodeSent {
  sent?: boolean;
  minutes: number;
  demo_code?: string | null;
}

export interface ColumnOut {
  key: string;
  label: string;
  kind: string;
  choices: unknown[][];
}

export interface ComplaintOut {
  number: string;
  about: string;
  opened_on: string;
  state: string;
  outcome: string;
}

export interface ConfirmIn {
  version: number;
}

export interface ConfirmOut {
  confirmed_on: string;
  version: number;
}

export interface ContactOut {
  contact: CallOut | null;
  deputy: CallOut | null;
  chain: CallOut[];
  cell: string;
  station: StationCallOut | null;
}

export interface CorrectionIn {
  section: string;
  fact_id?: string | null;
  values: Record<string, string>;
  base_version: number;
  upload_ids?: string[];
}

export interface CorrectionOut {
  id: string;
  section: string;
  section_label: string;
  state: string;
  state_label: string;
  decided_note: string;
  asked_at: string;
  values: FieldOut[];
}

export interface DecisionOut {
  number: string;
  programme: string;
  is_entitled: boolean;
  amount_fen: number;
  amount: string;
  month: string;
  starts: string;
  article: string;
  steps: LineOut[];
  facts: LineOut[];
  why_not: string[];
  exclusion: string;
  what_would_change_it: string[];
  how_to_object: string;
}

export interface DuePerson {
  person_id: string;
  name: string;
  address: string;
  phone_masked: string;
  class_labels: string[];
  last_visited_on: string | null;
  version: number;
  due_on: string;
}

export interface EditIn {
  section: string;
  fact_id?: string | null;
  values: Record<string, string>;
  base_version: number;
}

export interface EditOut {
  version: number;
}

export interface EntitledOut {
  finding_id: string;
  kind: string;
  programme: string;
  label: string;
  amount_fen: number;
  why: string;
  from_month: string;
  missing_papers: string[];
  application_id: string | null;
}

export interface FactOut {
  id: string;
  fields: FieldOut[];
  source: string;
  since: string;
  can_correct: boolean;
}

export interface FairOut {
  id: string;
  title: string;
  on: string;
  hours: string;
  place: string;
  employers: number;
  positions: number;
  note: string;
}

export interface FaqOut {
  id: string;
  question: string;
  answer: string;
}

export interface FieldFact {
  id: string;
  section: string;
  label: string;
  values: Record<string, string>;
}

export interface FieldMe {
  name: string;
  roles: string[];
}

export interface FieldOut {
  key: string;
  label: string;
  value: string;
}

export interface FieldPage {
  items: FieldPerson[];
  next: string | null;
}

export interface FieldPerson {
  person_id: string;
  name: string;
  address: string;
  phone_masked: string;
  class_labels: string[];
  last_visited_on: string | null;
  version: number;
}

export interface FieldPersonWhole {
  person_id: string;
  name: string;
  address: string;
  phone_masked: string;
  class_labels: string[];
  last_visited_on: string | null;
  version: number;
  phone: string;
  facts: FieldFact[];
  visits: VisitSeen[];
}

export interface FieldSignIn {
  username: string;
  password: string;
  code?: string;
}

export interface FileOut {
  id: string;
  name: string;
}

export interface FoundOut {
  sentence: string;
  is_good: boolean;
}

export interface HandlerOut {
  name: string;
  phone: string;
  station: string;
}

export interface HitOut {
  clause_id: string;
  title: string;
  article: string;
  text: string;
  explanation: string;
}

export interface LineOut {
  label: string;
  text: string;
  source: string;
}

export interface MatterIn {
  kind?: "claim" | "suggestion";
  category?: string;
  title: string;
  text: string;
  place?: string;
  upload_ids?: string[];
}

export interface MatterLine {
  id: string;
  number: string;
  kind: string;
  title: string;
  state: string;
  state_label: string;
  received_on: string;
  station: string;
}

export interface MatterOut {
  id: string;
  number: string;
  kind: string;
  title: string;
  state: string;
  state_label: string;
  received_on: string;
  station: string;
  text: string;
  place: string;
  answer: string;
  due_on: string | null;
  clock_sentence: string;
  handler: HandlerOut;
  steps: StepOut[];
  can: string[];
  files: FileOut[];
}

export interface MatterPage {
  items: MatterLine[];
  next: string | null;
}

export interface Me {
  name: string;
  is_bound: boolean;
  person_id: string | null;
  helper: string;
  phone: string;
  large_mode: boolean;
  acts_for: ActsForOut[];
  privacy_agreed: boolean;
}

export interface NoteIn {
  note?: string;
}

export interface NoticeOut {
  id: string;
  title: string;
  body: string;
  made_at: string;
  is_read: boolean;
}

export interface NoticePage {
  items: NoticeOut[];
  next: string | null;
  unread: number;
}

export interface OfferOut {
  id: string;
  title: string;
  gives: string;
  what: string;
  who: string[];
  trade: string;
  trade_label: string;
  merchant_id: string;
  merchant: string;
  address: string;
  phone: string;
  lat: number | null;
  lng: number | null;
  metres: number | null;
  uses_left: number | null;
  document: string;
  from_on: string;
  until: string | null;
  paper: string;
  station: string;
  station_phone: string;
  honour: string;
  honour_percent: number | null;
  confirmed_on: string | null;
}

export interface OfferPage {
  items: OfferOut[];
  next: string | null;
}

export interface OpenStationOut {
  id: string;
  kind: string;
  name: string;
  address: string;
  phone: string;
  hours: string;
  places: string[];
}

export interface OwnFileOut {
  name: string;
  sections: SectionOut[];
  confirmed_on: string | null;
  is_confirmed_this_year: boolean;
  version: number;
}

export interface PaperOut {
  paper: string;
  is_there: boolean;
}

export interface PaymentOut {
  on: string;
  programme: string;
  month: string;
  amount_fen: number;
}

export interface PhoneIn {
  phone: string;
  privacy_version: string;
}

export interface PhotoIn {
  upload_id: string;
}

export interface PhotoOut {
  file: FoundOut[];
  picture: FoundOut[];
  clerk: string[];
  is_measured_good: boolean;
  is_passed: boolean;
}

export interface PreferenceOut {
  id: string;
  number: number;
  title: string;
  provider: string;
  category: string;
  who: string[];
  document: string;
  place: string;
  gives: string;
  what: string;
  level: string;
  paper: string;
  is_unconfirmed: boolean;
  phone: string;
  from_on: string;
  until: string | null;
  station: string;
  station_phone: string;
}

export interface PrivacyOut {
  version: string;
  guide: string;
  agreement: string;
  purposes: PurposeOut[];
  agreed_version: string;
}

export interface PurposeOut {
  key: string;
  label: string;
  why: string;
  permission: string;
}

export interface QuestionIn {
  text: string;
}

export interface QuestionLine {
  id: string;
  number: string;
  text: string;
  state: string;
  state_label: string;
  asked_on: string;
}

export interface QuestionOut {
  id: string;
  number: string;
  text: string;
  state: string;
  state_label: string;
  asked_on: string;
  answer: string;
  answered_on: string | null;
  clauses: ClauseShort[];
  handler: HandlerOut;
  can_rate: boolean;
}

export interface RatingIn {
  level: number;
  text?: string;
  aspects?: string[];
}

export interface ReasonIn {
  reason?: string;
}

export interface ReceiptOut {
  id: string;
  number: string;
  at: string;
  merchant: string;
  offer: string;
}

export interface ReceiptPage {
  items: ReceiptOut[];
  next: string | null;
}

export interface ReceivingOut {
  award_id: string;
  programme: string;
  label: string;
  state: string;
  state_label: string;
  amount_fen: number;
  frequency: string;
  since: string;
  decision_id: string | null;
}

export interface ReplyIn {
  values: Record<string, unknown>;
}

export interface ReplyOut {
  my_state: string;
  saved_at: string;
}

export interface SectionOut {
  key: string;
  label: string;
  is_list: boolean;
  can_correct: boolean;
  columns: ColumnOut[];
  facts: FactOut[];
}

export interface SessionOut {
  id: string;
  way: string;
  started_at: string;
  last_seen_at: string;
  address: string;
  agent: string;
  is_current: boolean;
}

export interface SettingsIn {
  large_mode: boolean;
}

export interface SignedIn {
  token: string;
  is_bound: boolean;
}

export interface StationCallOut {
  id: string;
  name: string;
  address: string;
  phone: string;
  hours: string;
}

export interface StationShort {
  name: string;
  address: string;
  phone: string;
  hours: string;
}

export interface StepOut {
  at: string;
  label: string;
  note: string;
}

export interface StoryOut {
  id: string;
  kind: string;
  kind_label: string;
  title: string;
  summary: string;
  body: string;
  published_on: string;
}

export interface TokenOut {
  token: string;
}

export interface TownOut {
  code: string;
  label: string;
  is_own: boolean;
}

export interface TradeOut {
  key: string;
  label: string;
}

export interface VacancyOut {
  id: string;
  title: string;
  employer: string;
  place: string;
  pay: string;
  positions: number;
  demands: string;
  contact: string;
  phone: string;
  published_on: string;
  closes_on: string;
}

export interface VacancyPage {
  items: VacancyOut[];
  next: string | null;
}

export interface VisitIn {
  client_id: string;
  person_id: string;
  visited_at: string;
  way: string;
  text?: string;
  needs?: string[];
  base_version: number;
  location?: string;
  upload_ids?: string[];
}

export interface VisitOut {
  id: string;
  client_id: string;
  is_new: boolean;
}

export interface VisitSeen {
  visited_at: string;
  way: string;
  text: string;
  needs: string[];
  by: string;
}

export interface WechatIn {
  code: string;
  privacy_version?: string;
}

export interface WordsIn {
  text?: string;
}

export const postCitizenAccountClose = (asked: { key?: string } = {}) =>
  call<unknown>("POST", "/citizen/account/close", asked as Asked);

export const postCitizenAccusations = (asked: { body: AccusationIn; key?: string }) =>
  call<ReceiptOut>("POST", "/citizen/accusations", asked as Asked);

export const getCitizenAllianceTowns = () =>
  call<TownOut[]>("GET", "/citizen/alliance/towns");

export const getCitizenAssisted = () =>
  call<AssistedOut[]>("GET", "/citizen/assisted");

export const getCitizenAuthorities = () =>
  call<AuthorityOut[]>("GET", "/citizen/authorities");

export const postCitizenAuthorities = (asked: { body: AuthorityIn; key?: string }) =>
  call<AuthorityOut>("POST", "/citizen/authorities", asked as Asked);

export const postCitizenAuthoritiesRevoke = (authorityId: string, asked: { key?: string } = {}) =>
  call<AuthorityOut>("POST", `/citizen/authorities/${authorityId}/revoke`, asked as Asked);

export const getCitizenBenefits = () =>
  call<BenefitsOut>("GET", "/citizen/benefits");

export const getCitizenBenefitsApplications = () =>
  call<ApplicationOut[]>("GET", "/citizen/benefits/applications");

export const postCitizenBenefitsApplications = (asked: { body: ApplyIn; key?: string }) =>
  call<ApplicationOut>("POST", "/citizen/benefits/applications", asked as Asked);

export const getCitizenBenefitsDecisionsOne = (decisionId: string) =>
  call<DecisionOut>("GET", `/citizen/benefits/decisions/${decisionId}`);

export const getCitizenBinding = () =>
  call<BindingOut>("GET", "/citizen/binding");

export const postCitizenBinding = (asked: { body: BindingIn; key?: string }) =>
  call<BindingOut>("POST", "/citizen/binding", asked as Asked);

export const getCitizenCampaigns = () =>
  call<CampaignOut[]>("GET", "/citizen/campaigns");

export const getCitizenCampaignsOne = (campaignId: string) =>
  call<CampaignOut>("GET", `/citizen/campaigns/${campaignId}`);

export const putCitizenCampaignsDraft = (campaignId: string, asked: { body: ReplyIn; key?: string }) =>
  call<ReplyOut>("PUT", `/citizen/campaigns/${campaignId}/draft`, asked as Asked);

export const postCitizenCampaignsSubmit = (campaignId: string, asked: { body: ReplyIn; key?: string }) =>
  call<ReplyOut>("POST", `/citizen/campaigns/${campaignId}/submit`, asked as Asked);

export const getCitizenCard = () =>
  call<CardPageOut>("GET", "/citizen/card");

export const postCitizenCardApplications = (asked: { body: CardApplyIn; key?: string }) =>
  call<CardApplicationOut>("POST", "/citizen/card/applications", asked as Asked);

export const getCitizenCardApplicationsOne = (cardApplicationId: string) =>
  call<CardApplicationOut>("GET", `/citizen/card/applications/${cardApplicationId}`);

export const postCitizenCardApplicationsPhoto = (cardApplicationId: string, asked: { body: PhotoIn; key?: string }) =>
  call<CardApplicationOut>("POST", `/citizen/card/applications/${cardApplicationId}/photo`, asked as Asked);

export const postCitizenCardApplicationsResubmit = (cardApplicationId: string, asked: { body: CardNoteIn; key?: string }) =>
  call<CardApplicationOut>("POST", `/citizen/card/applications/${cardApplicationId}/resubmit`, asked as Asked);

export const postCitizenCardApplicationsWithdraw = (cardApplicationId: string, asked: { body: CardNoteIn; key?: string }) =>
  call<CardApplicationOut>("POST", `/citizen/card/applications/${cardApplicationId}/withdraw`, asked as Asked);

export const postCitizenCardCardsFound = (cardId: string, asked: { key?: string } = {}) =>
  call<CardOut>("POST", `/citizen/card/cards/${cardId}/found`, asked as Asked);

export const postCitizenCardCardsLost = (cardId: string, asked: { key?: string } = {}) =>
  call<CardOut>("POST", `/citizen/card/cards/${cardId}/lost`, asked as Asked);

export const getCitizenContact = () =>
  call<ContactOut>("GET", "/citizen/contact");

export const getCitizenFairs = () =>
  call<FairOut[]>("GET", "/citizen/fairs");

export const getCitizenFaq = (asked: { query?: { q?: string } } = {}) =>
  call<FaqOut[]>("GET", "/citizen/faq", asked as Asked);

export const getCitizenFile = () =>
  call<OwnFileOut>("GET", "/citizen/file");

export const postCitizenFileConfirm = (asked: { body: ConfirmIn; key?: string }) =>
  call<ConfirmOut>("POST", "/citizen/file/confirm", asked as Asked);

export const getCitizenFileCorrections = () =>
  call<CorrectionOut[]>("GET", "/citizen/file/corrections");

export const postCitizenFileCorrections = (asked: { body: CorrectionIn; key?: string }) =>
  call<CorrectionOut>("POST", "/citizen/file/corrections", asked as Asked);

export const postCitizenFileCorrectionsWithdraw = (requestId: string, asked: { key?: string } = {}) =>
  call<CorrectionOut>("POST", `/citizen/file/corrections/${requestId}/withdraw`, asked as Asked);

export const getCitizenMatters = (asked: { query?: { after?: string } } = {}) =>
  call<MatterPage>("GET", "/citizen/matters", asked as Asked);

export const postCitizenMatters = (asked: { body: MatterIn; key?: string }) =>
  call<MatterOut>("POST", "/citizen/matters", asked as Asked);

export const getCitizenMattersOne = (matterId: string) =>
  call<MatterOut>("GET", `/citizen/matters/${matterId}`);

export const postCitizenMattersAdditions = (matterId: string, asked: { body: AdditionIn; key?: string }) =>
  call<MatterOut>("POST", `/citizen/matters/${matterId}/additions`, asked as Asked);

export const postCitizenMattersConfirm = (matterId: string, asked: { body: NoteIn; key?: string }) =>
  call<MatterOut>("POST", `/citizen/matters/${matterId}/confirm`, asked as Asked);

export const postCitizenMattersRating = (matterId: string, asked: { body: RatingIn; key?: string }) =>
  call<unknown>("POST", `/citizen/matters/${matterId}/rating`, asked as Asked);

export const postCitizenMattersReview = (matterId: string, asked: { body: ReasonIn; key?: string }) =>
  call<MatterOut>("POST", `/citizen/matters/${matterId}/review`, asked as Asked);

export const postCitizenMattersWithdraw = (matterId: string, asked: { body: ReasonIn; key?: string }) =>
  call<MatterOut>("POST", `/citizen/matters/${matterId}/withdraw`, asked as Asked);

export const getCitizenMe = () =>
  call<Me>("GET", "/citizen/me");

export const putCitizenMeSettings = (asked: { body: SettingsIn; key?: string }) =>
  call<unknown>("PUT", "/citizen/me/settings", asked as Asked);

export const getCitizenNotices = (asked: { query?: { after?: string } } = {}) =>
  call<NoticePage>("GET", "/citizen/notices", asked as Asked);

export const postCitizenNoticesRead = (noticeId: string, asked: { key?: string } = {}) =>
  call<unknown>("POST", `/citizen/notices/${noticeId}/read`, asked as Asked);

export const postCitizenOfferCodes = (asked: { key?: string } = {}) =>
  call<CodeOut>("POST", "/citizen/offer-codes", asked as Asked);

export const getCitizenOfferComplaints = () =>
  call<ComplaintOut[]>("GET", "/citizen/offer-complaints");

export const getCitizenOfferReceipts = (asked: { query?: { after?: string } } = {}) =>
  call<ReceiptPage>("GET", "/citizen/offer-receipts", asked as Asked);

export const postCitizenOfferReceiptsRefused = (receiptId: string, asked: { body: WordsIn; key?: string }) =>
  call<ComplaintOut>("POST", `/citizen/offer-receipts/${receiptId}/refused`, asked as Asked);

export const getCitizenOffers = (asked: { query?: { q?: string; trade?: string; town?: string; lat?: number | null; lng?: number | null; after?: string } } = {}) =>
  call<OfferPage>("GET", "/citizen/offers", asked as Asked);

export const getCitizenOffersOne = (offerId: string) =>
  call<OfferOut>("GET", `/citizen/offers/${offerId}`);

export const postCitizenOffersRefused = (offerId: string, asked: { body: WordsIn; key?: string }) =>
  call<ComplaintOut>("POST", `/citizen/offers/${offerId}/refused`, asked as Asked);

export const getCitizenPolicies = (asked: { query?: { q?: string } } = {}) =>
  call<HitOut[]>("GET", "/citizen/policies", asked as Asked);

export const getCitizenPoliciesOne = (clauseId: string) =>
  call<ClauseOut>("GET", `/citizen/policies/${clauseId}`);

export const getCitizenPreferences = (asked: { query?: { q?: string; category?: string } } = {}) =>
  call<PreferenceOut[]>("GET", "/citizen/preferences", asked as Asked);

export const postCitizenPreferencesRefused = (preferenceId: string, asked: { body: WordsIn; key?: string }) =>
  call<ComplaintOut>("POST", `/citizen/preferences/${preferenceId}/refused`, asked as Asked);

export const getCitizenPrivacy = () =>
  call<PrivacyOut>("GET", "/citizen/privacy");

export const postCitizenPrivacyAgree = (asked: { body: AgreeIn; key?: string }) =>
  call<unknown>("POST", "/citizen/privacy/agree", asked as Asked);

export const getCitizenPrivacyExport = () =>
  call<Record<string, unknown>>("GET", "/citizen/privacy/export");

export const getCitizenQuestions = () =>
  call<QuestionLine[]>("GET", "/citizen/questions");

export const postCitizenQuestions = (asked: { body: QuestionIn; key?: string }) =>
  call<QuestionOut>("POST", "/citizen/questions", asked as Asked);

export const getCitizenQuestionsOne = (questionId: string) =>
  call<QuestionOut>("GET", `/citizen/questions/${questionId}`);

export const postCitizenQuestionsRating = (questionId: string, asked: { body: RatingIn; key?: string }) =>
  call<unknown>("POST", `/citizen/questions/${questionId}/rating`, asked as Asked);

export const getCitizenSessions = () =>
  call<SessionOut[]>("GET", "/citizen/sessions");

export const deleteCitizenSessionsOne = (sessionId: string, asked: { key?: string } = {}) =>
  call<unknown>("DELETE", `/citizen/sessions/${sessionId}`, asked as Asked);

export const postCitizenSignInSms = (asked: { body: PhoneIn; key?: string }) =>
  call<CodeSent>("POST", "/citizen/sign-in/sms", asked as Asked);

export const postCitizenSignInSmsVerify = (asked: { body: CodeIn; key?: string }) =>
  call<SignedIn>("POST", "/citizen/sign-in/sms/verify", asked as Asked);

export const postCitizenSignInWechat = (asked: { body: WechatIn; key?: string }) =>
  call<SignedIn>("POST", "/citizen/sign-in/wechat", asked as Asked);

export const postCitizenSignOut = (asked: { key?: string } = {}) =>
  call<unknown>("POST", "/citizen/sign-out", asked as Asked);

export const getCitizenStations = () =>
  call<OpenStationOut[]>("GET", "/citizen/stations");

export const getCitizenStories = () =>
  call<StoryOut[]>("GET", "/citizen/stories");

export const getCitizenTrades = () =>
  call<TradeOut[]>("GET", "/citizen/trades");

export const getCitizenUploadsOne = (fileId: string) =>
  call<unknown>("GET", `/citizen/uploads/${fileId}`);

export const getCitizenVacancies = (asked: { query?: { q?: string; after?: string } } = {}) =>
  call<VacancyPage>("GET", "/citizen/vacancies", asked as Asked);

export const getCitizenVacanciesOne = (vacancyId: string) =>
  call<VacancyOut>("GET", `/citizen/vacancies/${vacancyId}`);

export const getFieldActs = () =>
  call<ActOut[]>("GET", "/field/acts");

export const postFieldAssist = (asked: { body: AssistIn; key?: string }) =>
  call<AssistOut>("POST", "/field/assist", asked as Asked);

export const getFieldMe = () =>
  call<FieldMe>("GET", "/field/me");

export const getFieldPeople = (asked: { query?: { after?: string } } = {}) =>
  call<FieldPage>("GET", "/field/people", asked as Asked);

export const getFieldPeopleOne = (personId: string) =>
  call<FieldPersonWhole>("GET", `/field/people/${personId}`);

export const postFieldPeopleFacts = (personId: string, asked: { body: EditIn; key?: string }) =>
  call<EditOut>("POST", `/field/people/${personId}/facts`, asked as Asked);

export const postFieldSignIn = (asked: { body: FieldSignIn; key?: string }) =>
  call<TokenOut>("POST", "/field/sign-in", asked as Asked);

export const postFieldSignOut = (asked: { key?: string } = {}) =>
  call<unknown>("POST", "/field/sign-out", asked as Asked);

export const getFieldToday = () =>
  call<DuePerson[]>("GET", "/field/today");

export const postFieldVisits = (asked: { body: VisitIn; key?: string }) =>
  call<VisitOut>("POST", "/field/visits", asked as Asked);
