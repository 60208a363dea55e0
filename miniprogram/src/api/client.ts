/** The API's citizen and field endpoints, made from the committed contract by `make client`. Do not edit. */
import { call, type Asked } from "./http";

// eslint-disable-next-line
export type Any = any;

export const postCitizenAccountClose = (asked: { body?: Any; key?: string } = {}) =>
  call<Any>("POST", "/citizen/account/close", asked as Asked);

export const getCitizenBenefits = (asked: { query?: { after?: string; q?: string } } = {}) =>
  call<Any>("GET", "/citizen/benefits", asked as Asked);

export const getCitizenBenefitsApplications = (asked: { query?: { after?: string; q?: string } } = {}) =>
  call<Any>("GET", "/citizen/benefits/applications", asked as Asked);

export const postCitizenBenefitsApplications = (asked: { body?: Any; key?: string } = {}) =>
  call<Any>("POST", "/citizen/benefits/applications", asked as Asked);

export const getCitizenBenefitsDecisionsOne = (id: string) =>
  call<Any>("GET", `/citizen/benefits/decisions/${id}`);

export const getCitizenBinding = (asked: { query?: { after?: string; q?: string } } = {}) =>
  call<Any>("GET", "/citizen/binding", asked as Asked);

export const postCitizenBinding = (asked: { body?: Any; key?: string } = {}) =>
  call<Any>("POST", "/citizen/binding", asked as Asked);

export const getCitizenCampaigns = (asked: { query?: { after?: string; q?: string } } = {}) =>
  call<Any>("GET", "/citizen/campaigns", asked as Asked);

export const getCitizenCampaignsOne = (id: string) =>
  call<Any>("GET", `/citizen/campaigns/${id}`);

export const putCitizenCampaignsDraft = (id: string, asked: { body?: Any; key?: string } = {}) =>
  call<Any>("PUT", `/citizen/campaigns/${id}/draft`, asked as Asked);

export const postCitizenCampaignsSubmit = (id: string, asked: { body?: Any; key?: string } = {}) =>
  call<Any>("POST", `/citizen/campaigns/${id}/submit`, asked as Asked);

export const getCitizenContact = (asked: { query?: { after?: string; q?: string } } = {}) =>
  call<Any>("GET", "/citizen/contact", asked as Asked);

export const getCitizenFairs = (asked: { query?: { after?: string; q?: string } } = {}) =>
  call<Any>("GET", "/citizen/fairs", asked as Asked);

export const getCitizenFaq = (asked: { query?: { after?: string; q?: string } } = {}) =>
  call<Any>("GET", "/citizen/faq", asked as Asked);

export const getCitizenFile = (asked: { query?: { after?: string; q?: string } } = {}) =>
  call<Any>("GET", "/citizen/file", asked as Asked);

export const postCitizenFileConfirm = (asked: { body?: Any; key?: string } = {}) =>
  call<Any>("POST", "/citizen/file/confirm", asked as Asked);

export const getCitizenFileCorrections = (asked: { query?: { after?: string; q?: string } } = {}) =>
  call<Any>("GET", "/citizen/file/corrections", asked as Asked);

export const postCitizenFileCorrections = (asked: { body?: Any; key?: string } = {}) =>
  call<Any>("POST", "/citizen/file/corrections", asked as Asked);

export const getCitizenMatters = (asked: { query?: { after?: string; q?: string } } = {}) =>
  call<Any>("GET", "/citizen/matters", asked as Asked);

export const postCitizenMatters = (asked: { body?: Any; key?: string } = {}) =>
  call<Any>("POST", "/citizen/matters", asked as Asked);

export const getCitizenMattersOne = (id: string) =>
  call<Any>("GET", `/citizen/matters/${id}`);

export const postCitizenMattersAdditions = (id: string, asked: { body?: Any; key?: string } = {}) =>
  call<Any>("POST", `/citizen/matters/${id}/additions`, asked as Asked);

export const postCitizenMattersConfirm = (id: string, asked: { body?: Any; key?: string } = {}) =>
  call<Any>("POST", `/citizen/matters/${id}/confirm`, asked as Asked);

export const postCitizenMattersRating = (id: string, asked: { body?: Any; key?: string } = {}) =>
  call<Any>("POST", `/citizen/matters/${id}/rating`, asked as Asked);

export const postCitizenMattersReview = (id: string, asked: { body?: Any; key?: string } = {}) =>
  call<Any>("POST", `/citizen/matters/${id}/review`, asked as Asked);

export const postCitizenMattersWithdraw = (id: string, asked: { body?: Any; key?: string } = {}) =>
  call<Any>("POST", `/citizen/matters/${id}/withdraw`, asked as Asked);

export const getCitizenMe = (asked: { query?: { after?: string; q?: string } } = {}) =>
  call<Any>("GET", "/citizen/me", asked as Asked);

export const putCitizenMeSettings = (asked: { body?: Any; key?: string } = {}) =>
  call<Any>("PUT", "/citizen/me/settings", asked as Asked);

export const getCitizenNotices = (asked: { query?: { after?: string; q?: string } } = {}) =>
  call<Any>("GET", "/citizen/notices", asked as Asked);

export const postCitizenNoticesRead = (id: string, asked: { body?: Any; key?: string } = {}) =>
  call<Any>("POST", `/citizen/notices/${id}/read`, asked as Asked);

export const getCitizenPolicies = (asked: { query?: { after?: string; q?: string } } = {}) =>
  call<Any>("GET", "/citizen/policies", asked as Asked);

export const getCitizenPoliciesOne = (clauseId: string) =>
  call<Any>("GET", `/citizen/policies/${clauseId}`);

export const getCitizenPrivacy = (asked: { query?: { after?: string; q?: string } } = {}) =>
  call<Any>("GET", "/citizen/privacy", asked as Asked);

export const postCitizenPrivacyAgree = (asked: { body?: Any; key?: string } = {}) =>
  call<Any>("POST", "/citizen/privacy/agree", asked as Asked);

export const getCitizenPrivacyExport = (asked: { query?: { after?: string; q?: string } } = {}) =>
  call<Any>("GET", "/citizen/privacy/export", asked as Asked);

export const getCitizenQuestions = (asked: { query?: { after?: string; q?: string } } = {}) =>
  call<Any>("GET", "/citizen/questions", asked as Asked);

export const postCitizenQuestions = (asked: { body?: Any; key?: string } = {}) =>
  call<Any>("POST", "/citizen/questions", asked as Asked);

export const getCitizenQuestionsOne = (id: string) =>
  call<Any>("GET", `/citizen/questions/${id}`);

export const postCitizenQuestionsRating = (id: string, asked: { body?: Any; key?: string } = {}) =>
  call<Any>("POST", `/citizen/questions/${id}/rating`, asked as Asked);

export const getCitizenSessions = (asked: { query?: { after?: string; q?: string } } = {}) =>
  call<Any>("GET", "/citizen/sessions", asked as Asked);

export const deleteCitizenSessionsOne = (id: string, asked: { body?: Any; key?: string } = {}) =>
  call<Any>("DELETE", `/citizen/sessions/${id}`, asked as Asked);

export const postCitizenSignInSms = (asked: { body?: Any; key?: string } = {}) =>
  call<Any>("POST", "/citizen/sign-in/sms", asked as Asked);

export const postCitizenSignInSmsVerify = (asked: { body?: Any; key?: string } = {}) =>
  call<Any>("POST", "/citizen/sign-in/sms/verify", asked as Asked);

export const postCitizenSignInWechat = (asked: { body?: Any; key?: string } = {}) =>
  call<Any>("POST", "/citizen/sign-in/wechat", asked as Asked);

export const postCitizenSignOut = (asked: { body?: Any; key?: string } = {}) =>
  call<Any>("POST", "/citizen/sign-out", asked as Asked);

export const getCitizenStations = (asked: { query?: { after?: string; q?: string } } = {}) =>
  call<Any>("GET", "/citizen/stations", asked as Asked);

export const getCitizenStories = (asked: { query?: { after?: string; q?: string } } = {}) =>
  call<Any>("GET", "/citizen/stories", asked as Asked);

export const getCitizenVacancies = (asked: { query?: { after?: string; q?: string } } = {}) =>
  call<Any>("GET", "/citizen/vacancies", asked as Asked);

export const getCitizenVacanciesOne = (id: string) =>
  call<Any>("GET", `/citizen/vacancies/${id}`);

export const postFieldAssist = (asked: { body?: Any; key?: string } = {}) =>
  call<Any>("POST", "/field/assist", asked as Asked);

export const getFieldMe = (asked: { query?: { after?: string; q?: string } } = {}) =>
  call<Any>("GET", "/field/me", asked as Asked);

export const getFieldPeople = (asked: { query?: { after?: string; q?: string } } = {}) =>
  call<Any>("GET", "/field/people", asked as Asked);

export const getFieldPeopleOne = (id: string) =>
  call<Any>("GET", `/field/people/${id}`);

export const postFieldPeopleFacts = (id: string, asked: { body?: Any; key?: string } = {}) =>
  call<Any>("POST", `/field/people/${id}/facts`, asked as Asked);

export const postFieldSignIn = (asked: { body?: Any; key?: string } = {}) =>
  call<Any>("POST", "/field/sign-in", asked as Asked);

export const getFieldToday = (asked: { query?: { after?: string; q?: string } } = {}) =>
  call<Any>("GET", "/field/today", asked as Asked);

export const postFieldVisits = (asked: { body?: Any; key?: string } = {}) =>
  call<Any>("POST", "/field/visits", asked as Asked);
