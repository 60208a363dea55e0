/** Forms that come as JSON Schema: which fields to ask, what a typed answer means, what is missing. */

export interface Property {
  type?: string;
  title?: string;
  description?: string;
  format?: string;
  "x-kind"?: string;
  enum?: (string | number)[];
  "x-labels"?: string[];
  "x-long"?: boolean;
  "x-table"?: string;
  const?: string;
  default?: unknown;
  items?: { enum?: string[]; format?: string };
  maxLength?: number;
  minimum?: number;
  maximum?: number;
}

export interface Schema {
  properties?: Record<string, Property>;
  required?: string[];
  "x-order"?: string[];
}

export interface FormField {
  key: string;
  label: string;
  kind: string;
  hint?: string;
  must: boolean;
  max: number;
  isMany: boolean;
  type: string;
  options?: { value: string; label: string }[];
  property: Property;
}

function optionsOf(property: Property): FormField["options"] {
  if (property.type === "boolean") {
    return [
      { value: "true", label: "是" },
      { value: "false", label: "否" },
    ];
  }
  const labels = property["x-labels"];
  const values = property.enum ?? property.items?.enum ?? (labels ? levels(property) : undefined);
  return values?.map((value, index) => ({ value: String(value), label: labels?.[index] ?? String(value) }));
}

/** Whole numbers that have names: from the least to the most. */
function levels(property: Property): number[] {
  const least = property.minimum ?? 1;
  return Array.from({ length: (property.maximum ?? least) - least + 1 }, (_, index) => least + index);
}

function kindOf(property: Property): string {
  if (property.format === "date" || property["x-kind"] === "day") return "day";
  if (property["x-kind"] === "long" || property["x-long"]) return "long";
  if (property.type === "integer" || property.type === "number") return "digits";
  return (property.maxLength ?? 0) > 60 ? "long" : "line";
}

export function fieldsOf(schema: Schema): FormField[] {
  const properties = schema.properties ?? {};
  const keys = schema["x-order"] ?? Object.keys(properties);
  return keys.map((key) => {
    const property = properties[key];
    return {
      key,
      property,
      label: property.title ?? key,
      hint: property.description,
      kind: kindOf(property),
      type: property.type ?? "string",
      must: (schema.required ?? []).includes(key),
      max: property.maxLength ?? 100,
      isMany: property.type === "array",
      options: optionsOf(property),
    };
  });
}

/** What a typed or chosen answer is as a value; an empty answer is no answer. */
export function valueOf(field: FormField, answer: string | string[]): unknown {
  if (Array.isArray(answer)) return answer;
  if (answer === "") return undefined;
  if (field.type === "boolean") return answer === "true";
  if (field.type === "integer" || field.type === "number") return /^-?\d+(\.\d+)?$/.test(answer) ? Number(answer) : answer;
  return answer;
}

/** What is missing or cannot be, as sentences; the server has the last word. */
export function wrongIn(schema: Schema, values: Record<string, unknown>): Record<string, string> {
  const wrong: Record<string, string> = {};
  for (const field of fieldsOf(schema)) {
    const value = values[field.key];
    const isEmpty = value === undefined || value === "" || (Array.isArray(value) && !value.length);
    if (field.must && isEmpty) wrong[field.key] = field.options ? "请选一项。" : "请填写这一项。";
    else if (!isEmpty && (field.type === "integer" || field.type === "number")) {
      const { minimum, maximum } = field.property;
      if (typeof value !== "number") wrong[field.key] = "请填数字。";
      else if (minimum !== undefined && value < minimum) wrong[field.key] = `请填不小于 ${minimum} 的数。`;
      else if (maximum !== undefined && value > maximum) wrong[field.key] = `请填不大于 ${maximum} 的数。`;
    }
  }
  return wrong;
}
