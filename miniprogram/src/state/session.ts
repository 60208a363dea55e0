/** Who is here: tokens of a citizen and of a contact, for whom he acts, which size of type. */
import { reactive } from "vue";

const NAME = "vetgrid";

interface Kept {
  citizen: string;
  staff: string;
  staffName: string;
  isLarge: boolean;
  actingFor: { person_id: string; name: string } | null;
  /** The version of the privacy guide that was agreed to on this phone; without one nothing is asked or sent. */
  agreed: string;
}

function kept(): Partial<Kept> {
  try {
    return JSON.parse(uni.getStorageSync(NAME) || "{}");
  } catch {
    return {};
  }
}

export const session: Kept = reactive({
  citizen: "",
  staff: "",
  staffName: "",
  isLarge: false,
  actingFor: null,
  agreed: "",
  ...kept(),
});

/** Changes the session and keeps it for the next time. */
export function remember(changes: Partial<Kept>): void {
  Object.assign(session, changes);
  uni.setStorageSync(NAME, JSON.stringify(session));
}

export function forgetCitizen(): void {
  remember({ citizen: "", actingFor: null });
}
