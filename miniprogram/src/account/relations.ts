/** Who somebody is to the person, as the county's own list has it (data/codes/appeal_relation.csv). */
export const RELATIONS = [
  { value: "spouse", label: "配偶" },
  { value: "parent", label: "父母" },
  { value: "child", label: "子女" },
  { value: "kin", label: "其他亲属" },
  { value: "other", label: "其他人" },
];
