"""Somebody may: what can be done with the files of persons."""

from vetgrid.core.permission import Permission


class RegistryPermission(Permission):
    APPROVE = "registry.approve"
    EDIT = "registry.edit"
    EXPORT = "registry.export"
    IMPORT = "registry.import"
    MERGE = "registry.merge"
    READ = "registry.read"
    SEE_BANK = "registry.see_bank"
    SEE_ID = "registry.see_id"
    SEE_PHONE = "registry.see_phone"
    UNMASK = "registry.unmask"
