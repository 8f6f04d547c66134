// Shows what was pushed, and opens what it is about. It keeps nothing and answers no request.

self.addEventListener("push", (event) => {
  const told = event.data?.json() ?? {};
  const shown = { body: told.body, tag: told.tag, data: { url: told.url }, icon: "/static/now/icons/icon.svg" };
  event.waitUntil(self.registration.showNotification(told.title ?? "SMSDesk", shown));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(new URL(event.notification.data?.url ?? "/queue", self.location.origin)));
});

async function open(url) {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = pages.find(({ url: there }) => new URL(there).origin === url.origin);
  if (!page) return self.clients.openWindow(url.href);
  await page.focus();
  return page.navigate(url.href).catch(() => self.clients.openWindow(url.href));
}
