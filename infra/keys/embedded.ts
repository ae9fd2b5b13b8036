// The embedded key store: keys of our own table, sealed with the keys of the data folder (or SCORIA_SECRET_KEYS).
import { type Secrets, SecretsError } from '../secrets/port.ts';
import { type Keys, KeysError } from './port.ts';

const purpose = (sealedAs: string) => `key:${sealedAs}`;

export function embeddedKeys(secrets: Secrets): Keys {
  return {
    async make(bytes, sealedAs) {
      return secrets.seal(toText(crypto.getRandomValues(new Uint8Array(bytes))), purpose(sealedAs));
    },
    async open(material, sealedAs) {
      try {
        return toBytes(await secrets.open(material, purpose(sealedAs)));
      } catch (error) {
        if (error instanceof SecretsError) throw new KeysError('damaged', error.message);
        throw error;
      }
    },
  };
}

/** base64, in which sealed texts hold the bytes. */
const toText = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes));
const toBytes = (text: string) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
