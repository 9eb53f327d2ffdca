import { Flight, type Keep, type Leader } from './flight.ts';

export interface FlightsInput {
  /** Larger replies are not kept, and take no more followers. In characters. */
  readonly maxLength: number;
}

/** The requests that are being answered, by key: of equal ones, only the first is answered by an upstream. */
export class Flights {
  readonly #byKey = new Map<string, Flight>();
  readonly #maxLength: number;

  constructor({ maxLength }: FlightsInput) {
    this.#maxLength = maxLength;
  }

  get size(): number {
    return this.#byKey.size;
  }

  /** The flight that an equal request can follow. */
  find(key: string): Flight | undefined {
    const flight = this.#byKey.get(key);
    return flight?.isOpen ? flight : undefined;
  }

  /** Begins a flight that later equal requests follow. */
  begin(key: string, leader: Leader, keep: Keep): Flight {
    const flight: Flight = new Flight(leader, {
      keep,
      maxLength: this.#maxLength,
      onClose: () => {
        if (this.#byKey.get(key) === flight) this.#byKey.delete(key);
      },
    });
    this.#byKey.set(key, flight);
    return flight;
  }
}
