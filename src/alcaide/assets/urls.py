"""Addresses of the room assets."""

from django.urls import path

from alcaide.assets.views import assets, doubts, exports, graph, many, merges, names, places

urlpatterns = [
    path("", assets.asset_list, name="assets"),
    path("new/", assets.asset_new, name="asset-new"),
    path("many/", many.assets_many, name="assets-many"),
    path("needs/file/", exports.needs_file, name="assets-needs-file"),
    path("names/file/", exports.names_file, name="assets-names-file"),
    path("doubts/", doubts.doubt_list, name="doubts"),
    path("doubts/<uuid:uid>/", doubts.DoubtPage.as_view(), name="doubt"),
    path("doubts/<uuid:uid>/answer/", doubts.doubt_answer, name="doubt-answer"),
    path("places/", places.tree, name="places"),
    path("places/new/", places.place_new, name="place-new"),
    path("places/<uuid:uid>/", places.PlacePage.as_view(), name="place"),
    path("places/<uuid:uid>/edit/", places.place_edit, name="place-edit"),
    path("<uuid:uid>/", assets.AssetPage.as_view(), name="asset"),
    path("<uuid:uid>/edit/", assets.asset_edit, name="asset-edit"),
    path("<uuid:uid>/retire/", assets.asset_retire, name="asset-retire"),
    path("<uuid:uid>/back/", assets.asset_bring_back, name="asset-bring-back"),
    path("<uuid:uid>/graph/", graph.asset_graph, name="asset-graph"),
    path("<uuid:uid>/merge/", merges.asset_merge, name="asset-merge"),
    path("<uuid:uid>/merge/<uuid:merge>/undo/", merges.asset_unmerge, name="asset-unmerge"),
    path("classes/", many.assets_classes, name="assets-classes-many"),
    path("<uuid:uid>/classes/", names.class_new, name="asset-class"),
    path("<uuid:uid>/classes/<uuid:held>/remove/", names.class_remove, name="asset-class-remove"),
    path("<uuid:uid>/worth/", names.worth_new, name="asset-worth"),
    path("<uuid:uid>/names/", names.identifier_new, name="asset-identifier"),
    path("<uuid:uid>/names/remove/", names.identifier_remove, name="asset-identifier-remove"),
    path("<uuid:uid>/needs/", names.need_new, name="asset-need"),
    path("<uuid:uid>/needs/<uuid:need>/remove/", names.need_remove, name="asset-need-remove"),
]
