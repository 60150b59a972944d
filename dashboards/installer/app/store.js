// What the phone keeps: registrations that wait for a network, and what is known of buildings and device types.

const opening = new Promise((resolve, reject) => {
  const request = indexedDB.open("teplosvet-install", 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("entries", { keyPath: "request_id" });
    request.result.createObjectStore("known");
  };
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

async function done(store, mode, work) {
  const database = await opening;
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(store, mode, { durability: "strict" });
    const request = work(transaction.objectStore(store));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

export const entries = async () =>
  (await done("entries", "readonly", (store) => store.getAll())).sort((a, b) => a.made_at.localeCompare(b.made_at));
export const entry = (id) => done("entries", "readonly", (store) => store.get(id));
export const keep = (item) => done("entries", "readwrite", (store) => store.put(item));
// Both or neither: nobody sees the two side by side, and no reload finds them so.
export const replace = (id, item) => done("entries", "readwrite", (store) => (store.delete(id), store.put(item)));
export const forget = (id) => done("entries", "readwrite", (store) => store.delete(id));
export const known = (name) => done("known", "readonly", (store) => store.get(name));
export const remember = (name, value) => done("known", "readwrite", (store) => store.put(value, name));
