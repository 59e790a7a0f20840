"""The slips of these tests."""

from dataclasses import replace

from hardware.values import Slip

SLIP = Slip(
    language="hi",
    centre="मॉडल पासपोर्ट सेवा केंद्र",
    service=("पुलिस क्लीयरेंस प्रमाणपत्र", "Police clearance certificate"),
    label="N150",
    facts="A हॉल · 12 पहले · 15–25 मिनट",
    issued="24-11-2026 · 10:42",
    address="http://127.0.0.1:8080/t/DMfnBfOqebdxGgRTI6DeS_1l",
    address_caption="फ़ोन से देखें, या कियोस्क पर फिर दिखाएँ",
    promise="बारी निकल जाए तो पर्ची दिखाएँ। आपकी जगह मिलेगी।",
    help="मदद: पूछताछ काउंटर E1",
)
COPY = replace(SLIP, copy=1, copy_mark="DUPLICATE 1 / प्रतिलिपि 1")
