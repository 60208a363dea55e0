/** What somebody may need, as the county's own list has it (data/codes/visit_need.csv). */
export const NEEDS = [
  { value: "medical", label: "就医" },
  { value: "living", label: "生活困难" },
  { value: "job", label: "就业" },
  { value: "policy", label: "政策咨询" },
  { value: "care", label: "照护" },
  { value: "file", label: "档案更正" },
  { value: "other", label: "其他" },
];
