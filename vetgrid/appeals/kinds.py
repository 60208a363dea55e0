"""The kinds of work items of this domain, with the pages of their subjects."""

from vetgrid.work.kinds import Kind, declare

APPEAL = Kind("appeal", "诉求", "/appeals/{id}")
JOINT_PART = Kind("joint_part", "协办", "/appeals/parts/{id}")
ACCUSATION = Kind("accusation", "检举控告", "/accusations/{id}")
RECTIFICATION = Kind("rectification", "差评整改", "/rectifications/{id}")
CONSULTATION = Kind("consultation", "咨询", "/consultations/{id}")
MEDIATION = Kind("mediation", "调解", "/mediations/{id}")
PERFORMANCE = Kind("performance", "履行检查", "/mediations/performances/{id}")
LEGAL_AID = Kind("legal_aid", "法律援助", "/legal-aid/{id}")
ALERT = Kind("alert", "预警核查", "/alerts/{id}")

declare(APPEAL, JOINT_PART, ACCUSATION, RECTIFICATION, CONSULTATION, MEDIATION, PERFORMANCE, LEGAL_AID, ALERT)
