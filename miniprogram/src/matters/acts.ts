/** What the owner of a matter may do with it: words, what to ask, and where it goes. */
import {
  postCitizenMattersAdditions,
  postCitizenMattersConfirm,
  postCitizenMattersRating,
  postCitizenMattersReview,
  postCitizenMattersWithdraw,
} from "@/api/client";

export interface MatterAct {
  verb: string;
  label: string;
  kind?: "main" | "quiet";
  explained: string;
  asked: string;
  isTextNeeded: boolean;
  hasPhotos?: boolean;
  hasLevel?: boolean;
  done: string;
  send(id: string, given: { text: string; level: number; aspects: string[]; photos: string[] }, key: string): Promise<unknown>;
}

export const MATTER_ACTS: MatterAct[] = [
  {
    verb: "confirm",
    label: "确认办好了",
    kind: "main",
    explained: "如果事情确实办好了,请确认。",
    asked: "",
    isTextNeeded: false,
    done: "已经确认,谢谢您。",
    send: (id, _given, key) => postCitizenMattersConfirm(id, { body: {}, key }),
  },
  {
    verb: "rate",
    label: "评价这次服务",
    kind: "main",
    explained: "办理人看不到是谁评的,请放心说。",
    asked: "还想说点什么",
    isTextNeeded: false,
    hasLevel: true,
    done: "谢谢您的评价。不满意的,我们会整改并给您回话。",
    send: (id, { level, text, aspects }, key) => postCitizenMattersRating(id, { body: { level, text, aspects }, key }),
  },
  {
    verb: "add",
    label: "补充情况",
    explained: "想起什么,可以再补充。",
    asked: "补充的内容",
    isTextNeeded: true,
    hasPhotos: true,
    done: "已经补充。",
    send: (id, { text, photos }, key) => postCitizenMattersAdditions(id, { body: { text, upload_ids: photos }, key }),
  },
  {
    verb: "review",
    label: "对结果不服,申请复查",
    kind: "quiet",
    explained: "对处理意见不服,可以请上一级再查一次。",
    asked: "不服的理由",
    isTextNeeded: true,
    done: "复查申请已经送出。",
    send: (id, { text }, key) => postCitizenMattersReview(id, { body: { reason: text }, key }),
  },
  {
    verb: "withdraw",
    label: "撤回这件诉求",
    kind: "quiet",
    explained: "撤回以后就不再办理了。以后还可以再反映。",
    asked: "",
    isTextNeeded: false,
    done: "已经撤回。",
    send: (id, _given, key) => postCitizenMattersWithdraw(id, { body: {}, key }),
  },
];

export const ASPECTS = [
  { value: "speed", label: "办事快慢" },
  { value: "guide", label: "说明清楚不清楚" },
  { value: "attitude", label: "态度" },
  { value: "ease", label: "方便不方便" },
];
