// The shape of one row in the table of events.
import type { z } from "zod";

export interface EventWord<Payload extends z.ZodType = z.ZodType> {
  /** Rises when the payload changes; `upgrade.ts` then gains one function from the old to the new. */
  version: number;
  summary: string;
  payload: Payload;
  /** Housekeeping is kept up to a stated count, the rest until its session is deleted. */
  isHousekeeping: boolean;
}

export const event = <Payload extends z.ZodType>(
  version: number,
  summary: string,
  payload: Payload,
): EventWord<Payload> => ({ version, summary, payload, isHousekeeping: false });

export const housekeeping = <Payload extends z.ZodType>(
  version: number,
  summary: string,
  payload: Payload,
): EventWord<Payload> => ({ version, summary, payload, isHousekeeping: true });
