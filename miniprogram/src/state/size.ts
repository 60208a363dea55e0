/** Normal and large type: kept on the device, and with the account when there is one. */
import { putCitizenMeSettings } from "@/api/client";
import { remember, session } from "./session";

export function switchSize(): void {
  remember({ isLarge: !session.isLarge });
  if (session.citizen) putCitizenMeSettings({ body: { large_mode: session.isLarge } }).catch(() => undefined);
}
