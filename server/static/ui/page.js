// What the server wrote into this page: its facts, strings and the CSRF token of its cookie.

export const page = JSON.parse(document.getElementById("page").textContent);
